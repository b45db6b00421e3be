"""Sessions: listed, ended by their owner and by staff, and then refused at once and everywhere."""

from datetime import datetime, timedelta

import pytest

from community import database
from community.access import queries, tokens
from community.access import service as access
from community.access.errors import RefreshTokenInvalid
from community.access.policy import ANONYMOUS, SYSTEM, Actor, Kind, Role
from community.access.queries import EndReason
from community.access.revocations import LONGEST_UNAWARE_SECONDS, Revocations
from community.access.service import SignedIn
from community.kernel import clock, ids
from community.kernel.errors import InvalidToken, NotFound, Unauthenticated
from community.kernel.pages import PageRequest
from tests.community.access.people import EMAIL, PASSWORD, actor_of, an_account, signed_in

pytestmark = pytest.mark.usefixtures("database")


async def assert_is_over(session: SignedIn) -> None:
    with pytest.raises(InvalidToken):
        await access.authenticate_token(session.access_token)
    with pytest.raises(RefreshTokenInvalid):
        await access.refresh(session.refresh_token)


async def test_a_member_sees_their_live_sessions_the_latest_first(frozen_clock: datetime) -> None:
    account_id = await an_account()
    await an_account("other@example.com")
    await signed_in("other@example.com")
    first, second, third = [await signed_in() for _ in range(3)]
    await access.end_session(actor_of(first), second.session_id)
    page = await queries.sessions_of(account_id, PageRequest(size=1))
    assert [session.id for session in page.items] == [third.session_id]
    rest = await queries.sessions_of(account_id, PageRequest.of(after=page.cursors[0]))
    assert [session.id for session in rest.items] == [first.session_id]
    back = await queries.sessions_of(account_id, PageRequest.of(last=1, before=rest.cursors[0]))
    assert [session.id for session in back.items] == [third.session_id]
    with clock.frozen(frozen_clock + timedelta(days=30)):
        assert (await queries.sessions_of(account_id, PageRequest())).items == []


async def test_signing_out_ends_this_session_at_once() -> None:
    await an_account()
    here, elsewhere = await signed_in(), await signed_in()
    ended = await access.sign_out(actor_of(here))
    assert (ended.id, ended.end_reason) == (here.session_id, EndReason.SIGNED_OUT)
    await assert_is_over(here)
    await access.authenticate_token(elsewhere.access_token)


async def test_a_member_ends_another_of_their_sessions_and_doing_it_again_changes_nothing() -> None:
    await an_account()
    here, elsewhere = await signed_in(), await signed_in()
    first = await access.end_session(actor_of(here), elsewhere.session_id)
    assert first.end_reason is EndReason.ENDED_BY_MEMBER
    assert await access.end_session(actor_of(here), elsewhere.session_id) == first
    await assert_is_over(elsewhere)
    await access.authenticate_token(here.access_token)


async def test_a_member_ends_all_their_other_sessions() -> None:
    await an_account()
    await an_account("other@example.com")
    here, *elsewhere = [await signed_in() for _ in range(4)]
    stranger = await signed_in("other@example.com")
    assert await access.end_other_sessions(actor_of(here)) == 3
    assert await access.end_other_sessions(actor_of(here)) == 0
    for session in elsewhere:
        await assert_is_over(session)
    await access.authenticate_token(here.access_token)
    await access.authenticate_token(stranger.access_token)


async def test_anothers_session_and_a_made_up_one_are_not_told_apart() -> None:
    await an_account()
    await an_account("other@example.com")
    mine, theirs = await signed_in(), await signed_in("other@example.com")
    for session_id in (theirs.session_id, ids.new_id()):
        with pytest.raises(NotFound):
            await access.end_session(actor_of(mine), session_id)
    assert await queries.sessions_by_ids(actor_of(mine), [theirs.session_id]) == [None]
    await access.authenticate_token(theirs.access_token)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
async def test_only_administrators_end_the_sessions_of_others(role: Role) -> None:
    await an_account()
    theirs = await signed_in()
    with pytest.raises(NotFound):
        await access.end_session(staff(role), theirs.session_id)
    ended = await access.end_session(staff(Role.ADMIN), theirs.session_id)
    assert ended.end_reason is EndReason.ENDED_BY_STAFF
    await assert_is_over(theirs)


async def test_strangers_and_keys_have_no_sessions_to_end() -> None:
    await an_account()
    theirs = await signed_in()
    for nobody in (ANONYMOUS, Actor(kind=Kind.PARTNER, key_id=ids.new_id())):
        with pytest.raises(Unauthenticated):
            await access.sign_out(nobody)
        with pytest.raises(Unauthenticated):
            await access.end_session(nobody, theirs.session_id)
        with pytest.raises(Unauthenticated):
            await access.end_other_sessions(nobody)
    await access.authenticate_token(theirs.access_token)


async def test_another_process_refuses_an_ended_session_within_a_second() -> None:
    await an_account()
    session = await signed_in()
    said, time = tokens.verify(session.access_token), 100.0
    elsewhere = Revocations(lambda: time)
    assert await elsewhere.roles_now(said) == {Role.MEMBER}
    await access.sign_out(actor_of(session))
    time += LONGEST_UNAWARE_SECONDS
    with pytest.raises(InvalidToken):
        await elsewhere.roles_now(said)


async def test_a_process_that_starts_later_knows_what_ended_before() -> None:
    await an_account()
    session = await signed_in()
    await access.sign_out(actor_of(session))
    with pytest.raises(InvalidToken):
        await Revocations().roles_now(tokens.verify(session.access_token))


async def test_another_process_sees_new_roles_within_a_second() -> None:
    account_id = await an_account()
    session = await signed_in()
    said, time = tokens.verify(session.access_token), 100.0
    elsewhere = Revocations(lambda: time)
    await elsewhere.roles_now(said)
    await access.grant_role(SYSTEM, account_id, Role.EDITOR)
    time += LONGEST_UNAWARE_SECONDS
    assert await elsewhere.roles_now(said) == {Role.MEMBER, Role.EDITOR}
    await access.revoke_role(SYSTEM, account_id, Role.EDITOR)
    time += LONGEST_UNAWARE_SECONDS
    assert await elsewhere.roles_now(said) == {Role.MEMBER}


async def test_a_thousand_requests_in_one_second_ask_the_database_once() -> None:
    await an_account()
    said = tokens.verify((await signed_in()).access_token)
    process = Revocations(lambda: 100.0)
    with database.counting_statements() as statements:
        for _ in range(1000):
            await process.roles_now(said)
    assert statements.count == 1


async def test_what_is_known_is_forgotten_when_no_token_can_need_it(frozen_clock: datetime) -> None:
    await an_account()
    session = await signed_in()
    said, time = tokens.verify(session.access_token), 100.0
    process = Revocations(lambda: time)
    await access.sign_out(actor_of(session))
    with pytest.raises(InvalidToken):
        await process.roles_now(said)
    time += 3600
    with clock.frozen(frozen_clock + timedelta(hours=1)):
        await process.roles_now(tokens.Access(ids.new_id(), ids.new_id(), said.roles, said.expires_at))
    assert process._known.ended == {}


async def test_tidying_forgets_what_nothing_asks_for(frozen_clock: datetime) -> None:
    await an_account(EMAIL, PASSWORD)
    await signed_in()
    ended = await signed_in()
    await access.sign_out(actor_of(ended))
    with pytest.raises(Exception, match="password"):
        await signed_in(EMAIL, "not the password")
    await access.tidy()
    assert await kept() == (2, 1)
    with clock.frozen(frozen_clock + timedelta(days=91)):
        await access.tidy()
    assert await kept() == (1, 0)
    with clock.frozen(frozen_clock + timedelta(days=121)):
        await access.tidy()
    assert await kept() == (0, 0)


def staff(role: Role) -> Actor:
    return Actor(
        kind=Kind.MEMBER, member_id=ids.new_id(), session_id=ids.new_id(), roles=frozenset({Role.MEMBER, role})
    )


async def kept() -> tuple[int, int]:
    return (
        await database.fetch_value("select count(*) from access_session"),
        await database.fetch_value("select count(*) from access_attempt"),
    )
