"""API keys: shown once, scoped, counted, revocable."""

from datetime import datetime, timedelta

import pytest

from community import database
from community.access import errors, queries
from community.access import service as access
from community.access.policy import ANONYMOUS, SYSTEM, Actor, KeyOwner, Kind, Role, Scope
from community.kernel import clock, ids
from community.kernel.errors import Forbidden, InvalidToken, NotFound, Unauthenticated
from community.kernel.pages import PageRequest
from tests.community.access.people import rewrite

pytestmark = pytest.mark.usefixtures("database")

ADMIN = Actor(kind=Kind.MEMBER, member_id=ids.new_id(), roles=frozenset({Role.MEMBER, Role.ADMIN}))


async def a_key(expires_at: datetime | None = None, *scopes: Scope, name: str = "till 7") -> access.NewApiKey:
    return await access.create_api_key(
        ADMIN, name, owner=KeyOwner.PARTNER, scopes=scopes or [Scope.EVENTS_READ], expires_at=expires_at
    )


async def test_a_key_opens_what_it_was_made_for() -> None:
    made = await a_key(None, Scope.EVENTS_READ, Scope.POSTS_READ)
    actor = await access.authenticate_key(made.secret)
    assert actor == Actor(
        kind=Kind.PARTNER, key_id=made.key.id, scopes=frozenset({Scope.EVENTS_READ, Scope.POSTS_READ})
    )
    assert made.secret.startswith(made.key.prefix)
    assert made.key.created_by_id == ADMIN.member_id


async def test_the_secret_is_nowhere_to_be_found_again() -> None:
    made = await a_key()
    (row,) = await database.fetch("select to_jsonb(k)::text as kept from access_api_key k")
    assert made.secret not in row["kept"]
    assert made.secret[15:] not in row["kept"]
    assert made.secret not in repr((await queries.api_keys(ADMIN, PageRequest())).items)


async def test_a_revoked_key_opens_nothing_at_once_and_for_ever() -> None:
    made = await a_key()
    first = await access.revoke_api_key(ADMIN, made.key.id)
    assert first.revoked_at is not None
    assert await access.revoke_api_key(ADMIN, made.key.id) == first
    with pytest.raises(InvalidToken):
        await access.authenticate_key(made.secret)


async def test_a_key_expires(frozen_clock: datetime) -> None:
    made = await a_key(frozen_clock + timedelta(days=1))
    with clock.frozen(frozen_clock + timedelta(days=1, microseconds=-1)):
        await access.authenticate_key(made.secret)
    with clock.frozen(frozen_clock + timedelta(days=1)), pytest.raises(InvalidToken):
        await access.authenticate_key(made.secret)


async def test_a_mistyped_key_is_refused_without_asking_the_database() -> None:
    made = await a_key()
    with database.counting_statements() as statements:
        for mistyped in (
            made.secret[:-1],
            made.secret.swapcase(),
            "hg_key_",
            "hg_key_" + "0" * 46,
            "\x00",
            "é" * 9999,
        ):
            with pytest.raises(InvalidToken):
                await access.authenticate_key(mistyped)
    assert statements.count == 0


async def test_a_well_formed_key_of_nobody_is_refused() -> None:
    made = await a_key()
    await rewrite("delete from access_api_key")
    with pytest.raises(InvalidToken):
        await access.authenticate_key(made.secret)


async def test_its_use_is_written_down_once_a_minute(frozen_clock: datetime) -> None:
    made = await a_key()
    used = []
    for seconds in (0, 30, 59, 61):
        with clock.frozen(frozen_clock + timedelta(seconds=seconds)):
            await access.authenticate_key(made.secret)
        (key,) = (await queries.api_keys(ADMIN, PageRequest())).items
        used.append(key.last_used_at - frozen_clock)
    assert used == [timedelta(0), timedelta(0), timedelta(0), timedelta(seconds=61)]


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\u200bb", "a\nb", "\x00", "\u3164"])
async def test_a_key_needs_a_name_that_can_be_read(name: str) -> None:
    with pytest.raises(errors.InvalidKeyName):
        await a_key(name=name)


async def test_a_key_needs_a_scope_and_an_end_that_lies_ahead(frozen_clock: datetime) -> None:
    with pytest.raises(errors.KeyWithoutScope):
        await access.create_api_key(ADMIN, "till", owner=KeyOwner.SERVICE, scopes=[])
    with pytest.raises(errors.KeyEndsInThePast):
        await a_key(frozen_clock)


async def test_keys_are_listed_the_newest_first() -> None:
    made = [await a_key(name=f"till {n}") for n in range(3)]
    page = await queries.api_keys(ADMIN, PageRequest(size=2))
    assert [key.id for key in page.items] == [made[2].key.id, made[1].key.id]
    assert page.has_next
    assert await queries.api_keys_by_ids(ADMIN, [made[0].key.id, ids.new_id()]) == [made[0].key, None]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
async def test_whoever_may_not_manage_keys_sees_and_does_nothing(role: Role) -> None:
    made = await a_key()
    actor = Actor(kind=Kind.MEMBER, member_id=ids.new_id(), roles=frozenset({Role.MEMBER, role}))
    with pytest.raises(Forbidden):
        await access.create_api_key(actor, "till", owner=KeyOwner.SERVICE, scopes=[Scope.POSTS_READ])
    with pytest.raises(Forbidden):
        await access.revoke_api_key(actor, made.key.id)
    with pytest.raises(Forbidden):
        await queries.api_keys(actor, PageRequest())
    assert await queries.api_keys_by_ids(actor, [made.key.id]) == [None]
    await access.authenticate_key(made.secret)


@pytest.mark.parametrize("scope", Scope)
async def test_no_key_makes_keys(scope: Scope) -> None:
    actor = Actor(kind=Kind.SERVICE, key_id=ids.new_id(), scopes=frozenset({scope}))
    with pytest.raises(Forbidden):
        await access.create_api_key(actor, "till", owner=KeyOwner.SERVICE, scopes=[scope])


async def test_strangers_are_asked_to_sign_in_and_unknown_keys_are_not_found() -> None:
    with pytest.raises(Unauthenticated):
        await access.create_api_key(ANONYMOUS, "till", owner=KeyOwner.SERVICE, scopes=[Scope.POSTS_READ])
    with pytest.raises(NotFound):
        await access.revoke_api_key(SYSTEM, ids.new_id())
