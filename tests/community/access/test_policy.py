"""The permission table, and what asks it."""

from pathlib import Path

import pytest

from community.access.policy import (
    ANONYMOUS,
    ROLE_PERMISSIONS,
    SCOPE_PERMISSIONS,
    SYSTEM,
    Actor,
    Behalf,
    Each,
    Kind,
    Permission,
    Role,
    Scope,
    behalf_of,
    permission_matrix,
    require,
    require_session,
)
from community.kernel import about
from community.kernel.errors import Forbidden, Unauthenticated
from community.kernel.ids import new_id

GOLDEN = Path(__file__).parent / "permissions.txt"


def as_text() -> str:
    """The table as it is committed: a line for each permission, a column for each role and scope."""
    columns = [*Role, *Scope]
    width = max(len(permission) for permission in Permission)
    lines = ["  ".join(["permission".ljust(width), *columns])]
    for permission, granted in permission_matrix():
        cells = [("yes" if granted[column] else "-").ljust(len(column)) for column in columns]
        lines.append("  ".join([permission.ljust(width), *cells]).rstrip())
    return "\n".join(lines) + "\n"


def test_the_table_is_the_one_that_was_agreed_on() -> None:
    assert as_text() == GOLDEN.read_text(), f"if it shall be so, write it into {GOLDEN.name}:\n{as_text()}"


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("role", Role)
def test_a_role_may_what_the_table_grants_and_nothing_else(role: Role, permission: Permission) -> None:
    granted = dict(permission_matrix())[permission][role]
    actor = Actor(kind=Kind.MEMBER, member_id=new_id(), roles=frozenset({role}))
    assert is_allowed(actor, permission) == granted


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("scope", Scope)
def test_a_scope_may_what_the_table_grants_and_nothing_else(scope: Scope, permission: Permission) -> None:
    granted = dict(permission_matrix())[permission][scope]
    actor = Actor(kind=Kind.PARTNER, key_id=new_id(), scopes=frozenset({scope}))
    assert is_allowed(actor, permission) == granted


@pytest.mark.parametrize("permission", Permission)
def test_strangers_are_asked_to_sign_in_and_the_system_may_all(permission: Permission) -> None:
    with pytest.raises(Unauthenticated):
        require(ANONYMOUS, permission)
    require(SYSTEM, permission)


@pytest.mark.parametrize("role", [role for role in Role if Permission.ACCESS_MANAGE_KEYS in ROLE_PERMISSIONS[role]])
def test_nobody_can_make_a_key_that_may_do_what_they_may_not(role: Role) -> None:
    assert frozenset().union(*SCOPE_PERMISSIONS.values()) <= ROLE_PERMISSIONS[role]


def test_only_a_session_is_a_session() -> None:
    member_id, session_id = new_id(), new_id()
    assert require_session(Actor(kind=Kind.MEMBER, member_id=member_id, session_id=session_id)) == (
        member_id,
        session_id,
    )
    for nobody in (ANONYMOUS, SYSTEM, Actor(kind=Kind.PARTNER, key_id=new_id())):
        with pytest.raises(Unauthenticated):
            require_session(nobody)


def is_allowed(actor: Actor, permission: Permission) -> bool:
    try:
        require(actor, permission)
    except Forbidden:
        return False
    return True


async def test_where_several_act_together_each_does_what_is_about_them() -> None:
    about.begin("of this task")
    one = Actor(kind=Kind.MEMBER, member_id=new_id())
    theirs = Behalf(one, "their own")
    acting = Each({one.member_id: theirs})
    assert behalf_of(acting, one.member_id) == theirs
    assert behalf_of(acting, new_id()) == Behalf(None, None)
    assert behalf_of(theirs, new_id()) == theirs
    assert behalf_of(one, new_id()) == Behalf(one, "of this task")
    assert behalf_of(None, new_id()) == Behalf(None, "of this task")
