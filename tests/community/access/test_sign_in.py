"""Signing in: it works, it refuses alike, it locks, it is raced."""

import asyncio
from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher

from community import database
from community.access import passwords, queries
from community.access import service as access
from community.access.errors import DevelopmentOnly, WrongCredentials
from community.access.policy import Role
from community.access.service import Device
from community.access.service import signing_in as under_test
from community.kernel import clock, ids
from community.kernel.errors import NotFound, RateLimited, TooBusy
from community.kernel.pages import PageRequest
from community.settings import Settings
from tests.community.access.people import EMAIL, PASSWORD, actor_of, an_account, rewrite, signed_in

pytestmark = pytest.mark.usefixtures("database")


async def test_signing_in_opens_a_session_on_a_device() -> None:
    account_id = await an_account()
    device = Device(name=" 美玲的\nphone \x00", user_agent="Hourglass/1.0 " + "x" * 1000, address="2001:db8::7")
    found = await signed_in(EMAIL, PASSWORD, device)
    (session,) = (await queries.sessions_of(account_id, PageRequest())).items
    assert found.session == session
    assert (session.device_name, len(session.user_agent), session.address) == ("美玲的 phone", 300, "2001:db8::7")
    assert (await access.authenticate_token(found.access_token)).session_id == session.id


@pytest.mark.parametrize("spelling", ["MEI@example.com", "ｍｅｉ＠ｅｘａｍｐｌｅ.com", "  mei@example.com  "])
async def test_the_address_may_be_spelled_in_any_case_and_width(spelling: str) -> None:
    account_id = await an_account()
    assert (await signed_in(spelling)).account_id == account_id


async def test_the_token_names_the_roles_of_now() -> None:
    await an_account(EMAIL, PASSWORD, Role.EDITOR)
    assert actor_of(await signed_in()).roles == {Role.MEMBER, Role.EDITOR}


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (EMAIL, "not the password"),
        ("nobody@example.com", PASSWORD),
        ("", ""),
        ("me\u200bi@example.com", PASSWORD),
        ("😀@\ud800.com", "\ud800"),
        ("mei@example.com\x00x", "\x00"),
        ("x" * 100_000, "x" * 100_000),
    ],
)
async def test_whatever_is_wrong_the_answer_is_the_same(email: str, password: str) -> None:
    await an_account()
    with pytest.raises(WrongCredentials) as refused:
        await signed_in(email, password)
    assert refused.value.data == {}


async def test_an_unknown_address_costs_the_same_statements_and_hashing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await an_account()
    hashings: list[str] = []
    verified = passwords._verified
    monkeypatch.setattr(passwords, "_verified", lambda p, e: hashings.append(e.rsplit("$", 2)[0]) or verified(p, e))
    counts = []
    for email in (EMAIL, "nobody@example.com"):
        with database.counting_statements() as statements, pytest.raises(WrongCredentials):
            await signed_in(email, "not the password")
        counts.append(statements.statements)
    assert counts[0] == counts[1]
    assert len(hashings) == 2
    assert hashings[0] == hashings[1]


async def test_ten_failures_lock_an_account_until_the_first_is_old(frozen_clock: datetime) -> None:
    await an_account()
    await fail(10)
    with pytest.raises(RateLimited) as locked:
        await signed_in()
    assert locked.value.retry_after == 15 * 60
    with clock.frozen(frozen_clock + timedelta(minutes=14, seconds=59)), pytest.raises(RateLimited) as locked:
        await signed_in()
    assert locked.value.retry_after == 1
    with clock.frozen(frozen_clock + timedelta(minutes=15)):
        await signed_in()


async def test_an_address_that_nobody_has_locks_just_the_same() -> None:
    await fail(10, "nobody@example.com")
    with pytest.raises(RateLimited):
        await signed_in("nobody@example.com")


async def test_other_spellings_open_no_second_lock() -> None:
    await an_account()
    await fail(5)
    await fail(5, "ＭＥＩ@example.com")
    with pytest.raises(RateLimited):
        await signed_in()


async def test_success_makes_failures_forgotten() -> None:
    await an_account()
    for _ in range(3):
        await fail(9)
        await signed_in()


async def test_guesses_sent_at_once_cannot_outrun_the_lock() -> None:
    await an_account()
    guesses = [signed_in(EMAIL, f"guess number {n}") for n in range(30)]
    outcomes = [type(outcome).__name__ for outcome in await asyncio.gather(*guesses, return_exceptions=True)]
    assert sorted(outcomes) == ["RateLimited"] * 20 + ["WrongCredentials"] * 10


async def test_two_devices_sign_in_at_once() -> None:
    account_id = await an_account()
    one, other = await asyncio.gather(signed_in(), signed_in())
    assert one.session_id != other.session_id
    assert len((await queries.sessions_of(account_id, PageRequest())).items) == 2


async def test_an_address_may_try_six_times_a_minute() -> None:
    await an_account()
    here = Device(address="2001:db8:1:2::1")
    for _ in range(6):
        await signed_in(EMAIL, PASSWORD, here)
    with pytest.raises(RateLimited):
        await signed_in(EMAIL, PASSWORD, Device(address="2001:db8:1:2:ffff::2"))
    await signed_in(EMAIL, PASSWORD, Device(address="2001:db8:1:3::1"))


async def test_being_turned_away_by_a_full_queue_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    await an_account()

    async def full(*_: object) -> bool:
        raise TooBusy

    with monkeypatch.context() as patch:
        patch.setattr(passwords, "matches", full)
        for _ in range(11):
            with pytest.raises(TooBusy):
                await signed_in()
    await signed_in()


async def test_a_hash_with_old_parameters_is_renewed_and_two_devices_may_do_so_at_once() -> None:
    await an_account()
    old = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
    await rewrite("update access_account set password_hash = $1", old)
    await asyncio.gather(signed_in(), signed_in())
    assert not passwords.is_outdated(await database.fetch_value("select password_hash from access_account"))
    await signed_in()


async def test_a_password_that_changes_while_it_is_checked_opens_nothing() -> None:
    account_id = await an_account()
    with pytest.raises(WrongCredentials):
        await under_test._open(account_id, 0, Device(), None)
    await access.close_account(account_id)
    with pytest.raises(WrongCredentials):
        await under_test._open(account_id, 1, Device(), None)
    assert await database.fetch_value("select count(*) from access_session") == 0


async def test_development_gives_tokens_for_the_asking_and_production_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    account_id = await an_account()
    found = await access.issue_token_for(account_id)
    assert (await access.authenticate_token(found.access_token)).member_id == account_id
    with pytest.raises(NotFound):
        await access.issue_token_for(ids.new_id())
    monkeypatch.setattr(under_test, "settings", lambda: Settings(environment="production"))
    with pytest.raises(DevelopmentOnly):
        await access.issue_token_for(account_id)


async def fail(times: int, email: str = EMAIL) -> None:
    for _ in range(times):
        with pytest.raises(WrongCredentials):
            await signed_in(email, "not the password")
