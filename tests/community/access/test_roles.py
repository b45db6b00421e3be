"""Roles: granted, revoked, kept in history, never lost to the last administrator."""

import asyncio

import pytest

from community import database
from community.access import queries
from community.access import service as access
from community.access.errors import LastAdmin, OwnRoles
from community.access.policy import ANONYMOUS, SYSTEM, Actor, Kind, Role, Scope
from community.kernel import ids
from community.kernel.errors import BadInput, Forbidden, NotFound, Unauthenticated
from tests.community.access.people import EMAIL, PASSWORD, actor_of, an_account, rewrite, signed_in

pytestmark = pytest.mark.usefixtures("database")


async def an_admin(email: str = "admin@example.com") -> Actor:
    await an_account(email, PASSWORD, Role.ADMIN)
    return actor_of(await signed_in(email))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.MEMBER])
async def test_an_administrator_grants_and_revokes_and_both_count_at_once(role: Role) -> None:
    admin, account_id = await an_admin(), await an_account()
    token = (await signed_in()).access_token
    assert await access.grant_role(admin, account_id, role) == {Role.MEMBER, role}
    assert (await access.authenticate_token(token)).roles == {Role.MEMBER, role}
    assert await access.revoke_role(admin, account_id, role) == {Role.MEMBER}
    assert (await access.authenticate_token(token)).roles == {Role.MEMBER}


async def test_doing_it_again_changes_nothing_and_the_history_tells_who_did_what() -> None:
    admin, account_id = await an_admin(), await an_account()
    for _ in range(2):
        await access.grant_role(admin, account_id, Role.EDITOR)
    for _ in range(2):
        await access.revoke_role(admin, account_id, Role.EDITOR)
    await access.grant_role(admin, account_id, Role.EDITOR)
    history = await database.fetch(
        "select granted_by_id, revoked_by_id from access_role_grant where account_id = $1 order by id", account_id
    )
    assert [tuple(row) for row in history] == [(admin.member_id, admin.member_id), (admin.member_id, None)]


async def test_of_two_grants_at_once_one_is_kept() -> None:
    account_id = await an_account()
    await asyncio.gather(*(access.grant_role(SYSTEM, account_id, Role.EDITOR) for _ in range(5)))
    assert await database.fetch_value("select count(*) from access_role_grant") == 1


async def test_nobody_changes_their_own_roles() -> None:
    admin = await an_admin()
    for change in (access.grant_role, access.revoke_role):
        with pytest.raises(OwnRoles):
            await change(admin, admin.member_id, Role.ADMIN)


async def test_the_last_administrator_stays_one() -> None:
    admin = await an_admin()
    with pytest.raises(LastAdmin):
        await access.revoke_role(SYSTEM, admin.member_id, Role.ADMIN)
    other = await an_admin("other@example.com")
    await access.revoke_role(other, admin.member_id, Role.ADMIN)
    with pytest.raises(LastAdmin):
        await access.revoke_role(SYSTEM, other.member_id, Role.ADMIN)


async def test_taking_the_role_from_somebody_who_lacks_it_is_no_danger() -> None:
    await an_admin()
    account_id = await an_account()
    assert await access.revoke_role(SYSTEM, account_id, Role.ADMIN) == {Role.MEMBER}


async def test_two_administrators_who_depose_each_other_at_once_leave_one() -> None:
    for attempt in range(5):
        one, other = await an_admin(f"one{attempt}@example.com"), await an_admin(f"other{attempt}@example.com")
        outcomes = await asyncio.gather(
            access.revoke_role(one, other.member_id, Role.ADMIN),
            access.revoke_role(other, one.member_id, Role.ADMIN),
            return_exceptions=True,
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LastAdmin", "frozenset"]
        await rewrite("delete from access_role_grant")


async def test_being_a_member_is_neither_granted_nor_revoked() -> None:
    account_id = await an_account()
    for change in (access.grant_role, access.revoke_role):
        with pytest.raises(BadInput):
            await change(SYSTEM, account_id, Role.MEMBER)


async def test_nobody_and_those_who_left_get_no_roles() -> None:
    left = await an_account()
    await access.close_account(left)
    for account_id in (left, ids.new_id()):
        with pytest.raises(NotFound):
            await access.grant_role(SYSTEM, account_id, Role.EDITOR)


UNTRUSTED = [
    *(Actor(kind=Kind.MEMBER, member_id=ids.new_id(), roles=frozenset({r})) for r in Role if r is not Role.ADMIN),
    *(Actor(kind=Kind.PARTNER, key_id=ids.new_id(), scopes=frozenset({scope})) for scope in Scope),
]


@pytest.mark.parametrize("actor", UNTRUSTED, ids=lambda actor: ",".join(actor.roles or actor.scopes))
async def test_whoever_may_not_grant_roles_changes_none(actor: Actor) -> None:
    account_id = await an_account(EMAIL, PASSWORD, Role.EDITOR)
    with pytest.raises(Forbidden):
        await access.grant_role(actor, account_id, Role.ADMIN)
    with pytest.raises(Forbidden):
        await access.revoke_role(actor, account_id, Role.EDITOR)
    assert (await queries.roles([account_id]))[account_id] == {Role.MEMBER, Role.EDITOR}


async def test_strangers_are_asked_to_sign_in() -> None:
    with pytest.raises(Unauthenticated):
        await access.grant_role(ANONYMOUS, await an_account(), Role.ADMIN)
