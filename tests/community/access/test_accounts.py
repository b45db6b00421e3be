"""Accounts: opened, kept by a password, closed."""

import asyncio
from datetime import datetime, timedelta

import pytest

from community import database
from community.access import queries
from community.access import service as access
from community.access.errors import EmailTaken, InvalidEmail, LastAdmin, WeakPassword, WrongCredentials, WrongPassword
from community.access.policy import ANONYMOUS, Role
from community.access.queries import EndReason
from community.kernel import clock, ids
from community.kernel.errors import RateLimited, Unauthenticated
from community.kernel.pages import PageRequest
from tests.community.access.people import EMAIL, PASSWORD, actor_of, an_account, signed_in

pytestmark = pytest.mark.usefixtures("database")


async def test_an_account_keeps_the_address_as_it_was_typed_and_no_password() -> None:
    account_id = await an_account(" Mei.Lin＠Example.com ")
    assert await queries.emails([account_id, ids.new_id()]) == {account_id: "Mei.Lin@Example.com"}
    kept = await database.fetch_value("select password_hash from access_account")
    assert kept.startswith("$argon2id$")


@pytest.mark.parametrize("twin", ["MEI@EXAMPLE.COM", "ｍｅｉ@example.com", " mei@example.com"])
async def test_an_address_is_taken_whatever_its_case_and_width(twin: str) -> None:
    await an_account("mei@example.com")
    with pytest.raises(EmailTaken):
        await an_account(twin)


async def test_of_two_who_register_one_address_at_once_one_gets_it() -> None:
    outcomes = await asyncio.gather(*(an_account() for _ in range(5)), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["EmailTaken"] * 4 + ["UUID"]


async def test_a_bad_address_and_a_weak_password_are_told_before_anything_is_hashed_or_written() -> None:
    with pytest.raises(InvalidEmail):
        await access.hash_password(PASSWORD, email="m\u200bei@example.com")
    with pytest.raises(WeakPassword):
        await access.hash_password("mei@example.com", email="mei@example.com")
    with pytest.raises(InvalidEmail):
        await access.register(email="mei", password=await access.hash_password(PASSWORD, email=EMAIL))
    assert await database.fetch_value("select count(*) from access_account") == 0


async def test_a_changed_password_replaces_the_old_one_and_ends_the_other_sessions() -> None:
    account_id = await an_account()
    here, elsewhere = await signed_in(), await signed_in()
    await access.change_password(actor_of(here), current=PASSWORD, new="another good password")
    with pytest.raises(WrongCredentials):
        await signed_in()
    await signed_in(EMAIL, "another good password")
    with pytest.raises(Exception, match="session"):
        await access.refresh(elsewhere.refresh_token)
    await access.refresh(here.refresh_token)
    ended = await database.fetch("select id, end_reason from access_session where ended_at is not null")
    assert [tuple(row) for row in ended] == [(elsewhere.session_id, EndReason.PASSWORD_CHANGED)]
    assert len((await queries.sessions_of(account_id, PageRequest())).items) == 2


async def test_a_change_needs_a_session_the_current_password_and_a_good_new_one() -> None:
    await an_account()
    actor = actor_of(await signed_in())
    with pytest.raises(Unauthenticated):
        await access.change_password(ANONYMOUS, current=PASSWORD, new="another good password")
    with pytest.raises(WrongPassword):
        await access.change_password(actor, current="not the password", new="another good password")
    with pytest.raises(WeakPassword):
        await access.change_password(actor, current=PASSWORD, new="password123")
    await signed_in()


async def test_of_two_changes_at_once_one_is_made() -> None:
    await an_account()
    actor = actor_of(await signed_in())
    changes = [access.change_password(actor, current=PASSWORD, new=f"another good password {n}") for n in range(2)]
    outcomes = await asyncio.gather(*changes, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "WrongPassword"]
    await signed_in(EMAIL, f"another good password {outcomes.index(None)}")


async def test_the_current_password_cannot_be_guessed_from_a_stolen_session(frozen_clock: datetime) -> None:
    await an_account()
    actor = actor_of(await signed_in())
    for n in range(10):
        with pytest.raises(WrongPassword):
            await access.change_password(actor, current=f"guess number {n}", new="another good password")
    with pytest.raises(RateLimited):
        await access.change_password(actor, current=PASSWORD, new="another good password")
    with clock.frozen(frozen_clock + timedelta(minutes=15)):
        await access.change_password(actor, current=PASSWORD, new="another good password")


async def test_a_closed_account_forgets_the_person_and_frees_the_address() -> None:
    account_id = await an_account(EMAIL, PASSWORD, Role.EDITOR)
    session = await signed_in()
    await access.close_account(account_id)
    await access.close_account(account_id)
    with pytest.raises(WrongCredentials):
        await signed_in()
    with pytest.raises(Exception, match="session"):
        await access.refresh(session.refresh_token)
    assert await queries.emails([account_id]) == {}
    assert await queries.roles([account_id]) == {account_id: {Role.MEMBER}}
    assert await an_account() != account_id


async def test_the_last_administrators_account_stays_open() -> None:
    account_id = await an_account(EMAIL, PASSWORD, Role.ADMIN)
    with pytest.raises(LastAdmin):
        await access.close_account(account_id)
    await signed_in()
