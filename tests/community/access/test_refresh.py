"""Refreshing: a token works once; a lost answer is given again; a stolen token ends the session."""

import asyncio
from datetime import datetime, timedelta

import pytest

from community import database
from community.access import service as access
from community.access import tokens
from community.access.errors import RefreshTokenInvalid, RefreshTokenReused
from community.access.policy import SYSTEM, Role
from community.access.queries import EndReason
from community.kernel import clock, ids
from community.kernel.errors import InvalidToken
from tests.community.access.people import EMAIL, PASSWORD, actor_of, an_account, signed_in

pytestmark = pytest.mark.usefixtures("database")


async def end_reason() -> str | None:
    return await database.fetch_value("select end_reason from access_session")


async def test_a_refresh_gives_fresh_tokens_of_the_same_session(frozen_clock: datetime) -> None:
    await an_account()
    first = await signed_in()
    with clock.frozen(frozen_clock + timedelta(days=29)):
        second = await access.refresh(first.refresh_token)
    assert second.session_id == first.session_id
    assert second.refresh_token != first.refresh_token
    assert second.session.expires_at == frozen_clock + timedelta(days=59)
    assert second.session.last_used_at == frozen_clock + timedelta(days=29)
    assert second.access_token != first.access_token


async def test_refresh_tokens_follow_one_another(frozen_clock: datetime) -> None:
    await an_account()
    token, seen = (await signed_in()).refresh_token, set[str]()
    for minutes in range(0, 200, 10):
        seen.add(token)
        with clock.frozen(frozen_clock + timedelta(minutes=minutes)):
            token = (await access.refresh(token)).refresh_token
    assert len(seen) == 20
    assert await end_reason() is None


async def test_a_replayed_token_ends_the_session_of_thief_and_owner(frozen_clock: datetime) -> None:
    await an_account()
    stolen = (await signed_in()).refresh_token
    owner = await access.refresh(stolen)
    with clock.frozen(frozen_clock + timedelta(seconds=11)):
        await access.authenticate_token(owner.access_token)
        with pytest.raises(RefreshTokenReused):
            await access.refresh(stolen)
        with pytest.raises(RefreshTokenInvalid):
            await access.refresh(owner.refresh_token)
        with pytest.raises(InvalidToken):
            await access.authenticate_token(owner.access_token)
    assert await end_reason() == EndReason.TOKEN_REUSED


async def test_a_lost_answer_is_given_again_within_ten_seconds(frozen_clock: datetime) -> None:
    await an_account()
    sent = (await signed_in()).refresh_token
    lost = await access.refresh(sent)
    with clock.frozen(frozen_clock + timedelta(seconds=9)):
        again = await access.refresh(sent)
        assert again.refresh_token == lost.refresh_token
        await access.refresh(again.refresh_token)
    assert await end_reason() is None


async def test_there_is_no_second_chance_once_the_successor_was_used(frozen_clock: datetime) -> None:
    await an_account()
    stolen = (await signed_in()).refresh_token
    await access.refresh((await access.refresh(stolen)).refresh_token)
    with clock.frozen(frozen_clock + timedelta(seconds=1)), pytest.raises(RefreshTokenReused):
        await access.refresh(stolen)
    assert await end_reason() == EndReason.TOKEN_REUSED


async def test_a_thief_who_is_quick_is_found_out_when_the_owner_comes_back(frozen_clock: datetime) -> None:
    await an_account()
    stolen = (await signed_in()).refresh_token
    owner = await access.refresh(stolen)
    thief = await access.refresh(stolen)
    with clock.frozen(frozen_clock + timedelta(minutes=10)):
        await access.refresh(thief.refresh_token)
    with clock.frozen(frozen_clock + timedelta(minutes=11)), pytest.raises(RefreshTokenReused):
        await access.refresh(owner.refresh_token)
    assert await end_reason() == EndReason.TOKEN_REUSED


async def test_refreshes_that_meet_get_one_and_the_same_successor() -> None:
    await an_account()
    sent = (await signed_in()).refresh_token
    for generation in range(2, 8):
        answers = await asyncio.gather(*(access.refresh(sent) for _ in range(8)))
        (sent,) = {answer.refresh_token for answer in answers}
        assert await database.fetch_value("select generation from access_session") == generation


async def test_an_expired_token_is_over(frozen_clock: datetime) -> None:
    await an_account()
    sent = (await signed_in()).refresh_token
    with clock.frozen(frozen_clock + timedelta(days=30)), pytest.raises(RefreshTokenInvalid):
        await access.refresh(sent)


async def test_an_old_token_still_tells_of_a_theft_after_it_has_expired(frozen_clock: datetime) -> None:
    await an_account()
    stolen = (await signed_in()).refresh_token
    with clock.frozen(frozen_clock + timedelta(days=20)):
        owner = await access.refresh(stolen)
    with clock.frozen(frozen_clock + timedelta(days=40)):
        with pytest.raises(RefreshTokenReused):
            await access.refresh(stolen)
        with pytest.raises(RefreshTokenInvalid):
            await access.refresh(owner.refresh_token)


async def test_a_signed_out_session_is_not_refreshed() -> None:
    await an_account()
    session = await signed_in()
    await access.sign_out(actor_of(session))
    with pytest.raises(RefreshTokenInvalid):
        await access.refresh(session.refresh_token)
    assert await end_reason() == EndReason.SIGNED_OUT


async def test_a_forged_token_is_refused_and_harms_nobody() -> None:
    await an_account()
    session = await signed_in()
    guessed_salt = tokens.write_refresh(session.session_id, 1, b"x" * 32)
    unknown_session = tokens.write_refresh(ids.new_id(), 1, b"x" * 32)
    access_token, truncated = session.access_token, session.refresh_token[:-1]
    for forged in (guessed_salt, unknown_session, access_token, truncated, "", "hg_refresh_", "\x00", "😀" * 1000):
        with pytest.raises(RefreshTokenInvalid):
            await access.refresh(forged)
    await access.refresh(session.refresh_token)


async def test_a_refresh_names_the_roles_of_now() -> None:
    account_id = await an_account(EMAIL, PASSWORD)
    session = await signed_in()
    await access.grant_role(SYSTEM, account_id, Role.MODERATOR)
    assert actor_of(await access.refresh(session.refresh_token)).roles == {Role.MEMBER, Role.MODERATOR}


async def test_no_refresh_token_is_kept() -> None:
    await an_account()
    session = await signed_in()
    (row,) = await database.fetch("select to_jsonb(s)::text as kept from access_session s")
    assert session.refresh_token[11:] not in row["kept"]
