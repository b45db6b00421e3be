"""Access in the graph: what each mutation answers, and whom it refuses."""

from typing import Any

import pytest

from community.access import service as access
from community.access.policy import ANONYMOUS, Actor, Kind, Permission, Role, Scope, permission_matrix
from community.kernel.errors import BadInput, Forbidden, InvalidId, NotFound, RateLimited, Unauthenticated
from community.kernel.ids import new_id
from schema.nodes import encode_id
from tests.factories import PASSWORD, a_member
from tests.graph import Answer, ask, member_id

pytestmark = pytest.mark.usefixtures("database")

SIGN_IN = """
  mutation ($email: String!, $password: String!) {
    signIn(input: { email: $email, password: $password, deviceName: "美玲的手機" }) {
      __typename
      ... on SignInPayload {
        tokens { accessToken accessExpiresAt refreshToken refreshExpiresAt }
        session { id deviceName userAgent address endedAt }
        viewer { member { handle } }
      }
      ... on Problem { code message }
    }
  }
"""
REFRESH = """
  mutation ($token: String!) {
    refreshSession(input: { refreshToken: $token }) {
      __typename ... on RefreshSessionPayload { tokens { accessToken refreshToken } } ... on Problem { code message }
    }
  }
"""
SIGN_OUT = "mutation { signOut { ... on SignOutPayload { session { id endReason } } } }"
END = """
  mutation ($id: ID!) {
    endSession(input: { sessionId: $id }) { ... on EndSessionPayload { session { id endReason } } }
  }
"""
END_OTHERS = (
    "mutation { endOtherSessions { ... on EndOtherSessionsPayload { ended viewer { sessions { nodes { id } } } } } }"
)
CHANGE_PASSWORD = """
  mutation ($current: String!, $new: String!) {
    changePassword(input: { currentPassword: $current, newPassword: $new }) {
      __typename
      ... on ChangePasswordPayload { viewer { email } }
      ... on WeakPassword { minLength maxLength }
      ... on Problem { code message }
    }
  }
"""
CREATE_KEY = """
  mutation ($name: String! = "till 7", $scopes: [Scope!]! = [EVENTS_READ, POSTS_READ]) {
    createApiKey(input: { name: $name, owner: PARTNER, scopes: $scopes }) {
      ... on CreateApiKeyPayload {
        secret apiKeyEdge { cursor node { id } }
        apiKey { id name owner prefix scopes lastUsedAt expiresAt revokedAt createdBy { handle } }
      }
      ... on Problem { code message }
    }
  }
"""
REVOKE_KEY = """
  mutation ($id: ID!) {
    revokeApiKey(input: { apiKeyId: $id }) { ... on RevokeApiKeyPayload { apiKey { id revokedAt } } }
  }
"""
GRANT = """
  mutation ($id: ID!, $role: Role! = EDITOR) {
    grantRole(input: { memberId: $id, role: $role }) {
      __typename ... on GrantRolePayload { member { handle } roles } ... on Problem { code message }
    }
  }
"""
REVOKE = """
  mutation ($id: ID!, $role: Role! = EDITOR) {
    revokeRole(input: { memberId: $id, role: $role }) {
      __typename ... on RevokeRolePayload { member { handle } roles } ... on Problem { code message }
    }
  }
"""
KEYS = "{ apiKeys { nodes { id name createdBy { handle } } pageInfo { hasNextPage } } }"
MATRIX = "{ permissionMatrix { permission roles scopes } }"
NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"
SESSIONS = "{ viewer { roles sessions { nodes { id isCurrent deviceName } } } }"

ADMIN = frozenset({Role.ADMIN})


async def sign_in(handle: str, password: str = PASSWORD) -> Answer:
    return await ask(SIGN_IN, email=f"{handle}@example.com", password=password)


async def test_signing_in_answers_with_tokens_the_session_and_the_viewer() -> None:
    await a_member(handle="mei")
    answer = (await sign_in("mei")).only
    assert answer["viewer"]["member"]["handle"] == "mei"
    assert {k: v for k, v in answer["session"].items() if k != "id"} == {
        "deviceName": "美玲的手機",
        "userAgent": "test",
        "address": "192.0.2.1",
        "endedAt": None,
    }
    actor = await access.authenticate_token(answer["tokens"]["accessToken"])
    (session,) = [s for s in (await ask(SESSIONS, actor=actor)).only["sessions"]["nodes"] if s["isCurrent"]]
    assert session["id"] == answer["session"]["id"]


async def test_a_wrong_password_is_a_problem_in_the_callers_language() -> None:
    await a_member(handle="mei")
    wrong = await ask(SIGN_IN, email="mei@example.com", password="not the password", locale="zh-Hant")
    assert wrong.only == {
        "__typename": "WrongCredentials",
        "code": "WRONG_CREDENTIALS",
        "message": "電子郵件或密碼不正確。",
    }


async def test_too_many_sign_ins_from_one_address_are_refused() -> None:
    await a_member(handle="mei")
    for _ in range(6):
        await sign_in("mei")
    (refused,) = (await sign_in("mei")).errors
    assert isinstance(refused, RateLimited)
    assert 0 < refused.retry_after <= 60


async def test_a_refresh_token_works_once() -> None:
    await a_member(handle="mei")
    first = (await sign_in("mei")).only["tokens"]["refreshToken"]
    second = (await ask(REFRESH, token=first)).only["tokens"]["refreshToken"]
    await ask(REFRESH, token=second)
    replayed = (await ask(REFRESH, token=first)).only
    assert replayed["code"] == "REFRESH_TOKEN_REUSED"
    assert (await ask(REFRESH, token="hg_refresh_made_up")).only["code"] == "REFRESH_TOKEN_INVALID"


async def test_a_device_signs_out() -> None:
    actor = await a_member()
    assert (await ask(SIGN_OUT, actor=actor)).only["session"]["endReason"] == "SIGNED_OUT"


async def test_a_member_ends_a_device_they_do_not_know() -> None:
    actor = await a_member(handle="mei")
    other = (await sign_in("mei")).only["session"]["id"]
    assert (await ask(END, actor=actor, id=other)).only["session"] == {"id": other, "endReason": "ENDED_BY_MEMBER"}
    assert (await ask(NODE, actor=actor, id=other)).only["__typename"] == "Session"


async def test_foreign_ids_of_sessions_are_refused_and_anothers_is_not_found() -> None:
    mei, ann = await a_member(), await a_member()
    anns = encode_id("Session", ann.session_id or new_id())
    assert (await ask(END, actor=mei, id=anns)).refusals == [NotFound]
    assert (await ask(NODE, actor=mei, id=anns)).only is None
    assert (await ask(END, actor=mei, id=member_id(ann))).refusals == [InvalidId]
    assert (await ask(END, actor=mei, id="made up")).refusals == [InvalidId]


async def test_a_member_ends_all_other_devices() -> None:
    actor = await a_member(handle="mei")
    for _ in range(3):
        await sign_in("mei")
    answer = (await ask(END_OTHERS, actor=actor)).only
    assert answer["ended"] == 3
    assert len(answer["viewer"]["sessions"]["nodes"]) == 1


async def test_a_password_is_changed_by_whoever_knows_it() -> None:
    actor = await a_member(handle="mei")
    weak = await ask(CHANGE_PASSWORD, actor=actor, current=PASSWORD, new="password123")
    assert (weak.only["__typename"], weak.only["minLength"]) == ("WeakPassword", 10)
    wrong = await ask(CHANGE_PASSWORD, actor=actor, current="not the password", new="another good password")
    assert wrong.only["code"] == "WRONG_PASSWORD"
    changed = await ask(CHANGE_PASSWORD, actor=actor, current=PASSWORD, new="another good password")
    assert changed.only["viewer"]["email"] == "mei@example.com"
    assert (await sign_in("mei")).only["__typename"] == "WrongCredentials"
    assert (await sign_in("mei", "another good password")).only["__typename"] == "SignInPayload"


async def test_an_administrator_makes_lists_and_revokes_a_key() -> None:
    admin = await a_member(handle="boss", roles=ADMIN)
    made = (await ask(CREATE_KEY, actor=admin)).only
    assert made["secret"].startswith(made["apiKey"]["prefix"])
    assert made["apiKey"] | {"id": 0, "prefix": 0} == {
        "id": 0,
        "name": "till 7",
        "owner": "PARTNER",
        "prefix": 0,
        "scopes": ["EVENTS_READ", "POSTS_READ"],
        "lastUsedAt": None,
        "expiresAt": None,
        "revokedAt": None,
        "createdBy": {"handle": "boss"},
    }
    key_id = made["apiKey"]["id"]
    assert made["apiKeyEdge"]["node"]["id"] == key_id
    assert (await ask(KEYS, actor=admin)).only["nodes"] == [
        {"id": key_id, "name": "till 7", "createdBy": {"handle": "boss"}}
    ]
    assert (await ask(NODE, actor=admin, id=key_id)).only == {"__typename": "ApiKey", "id": key_id}
    assert (await ask(REVOKE_KEY, actor=admin, id=key_id)).only["apiKey"]["revokedAt"]


async def test_what_a_key_lacks_is_said() -> None:
    admin = await a_member(roles=ADMIN)
    assert (await ask(CREATE_KEY, actor=admin, scopes=[])).only["code"] == "KEY_WITHOUT_SCOPE"
    assert (await ask(CREATE_KEY, actor=admin, name="\u200b")).only["message"] == (
        "Give the key a name of 1 to 100 visible characters."
    )


async def test_an_administrator_grants_and_revokes_a_role() -> None:
    admin, mei = await a_member(roles=ADMIN), await a_member(handle="mei")
    granted = (await ask(GRANT, actor=admin, id=member_id(mei))).only
    assert granted == {"__typename": "GrantRolePayload", "member": {"handle": "mei"}, "roles": ["MEMBER", "EDITOR"]}
    assert (await ask(SESSIONS, actor=mei)).only["roles"] == ["MEMBER", "EDITOR"]
    assert (await ask(REVOKE, actor=admin, id=member_id(mei))).only["roles"] == ["MEMBER"]


async def test_nobody_changes_their_own_roles_and_the_last_administrator_stays() -> None:
    admin, only = await a_member(roles=ADMIN), await a_member()
    await ask(GRANT, actor=admin, id=member_id(only), role="ADMIN")
    assert (await ask(REVOKE, actor=admin, id=member_id(admin), role="ADMIN")).only["code"] == "OWN_ROLES"
    assert (await ask(REVOKE, actor=admin, id=member_id(only), role="ADMIN")).only["code"] == "LAST_ADMIN"
    assert (await ask(GRANT, actor=admin, id=member_id(only), role="MEMBER")).refusals == [BadInput]
    assert (await ask(GRANT, actor=admin, id=encode_id("Member", new_id()))).refusals == [NotFound]


async def test_the_matrix_is_the_table() -> None:
    answer = (await ask(MATRIX, actor=await a_member(roles=ADMIN))).only
    assert {row["permission"]: set(row["roles"]) | set(row["scopes"]) for row in answer} == {
        permission.name: {column.name for column, is_granted in granted.items() if is_granted}
        for permission, granted in permission_matrix()
    }


STAFF_OPERATIONS: dict[str, tuple[str, Permission]] = {
    "createApiKey": (CREATE_KEY, Permission.ACCESS_MANAGE_KEYS),
    "revokeApiKey": (REVOKE_KEY, Permission.ACCESS_MANAGE_KEYS),
    "apiKeys": (KEYS, Permission.ACCESS_MANAGE_KEYS),
    "grantRole": (GRANT, Permission.ACCESS_GRANT_ROLES),
    "revokeRole": (REVOKE, Permission.ACCESS_GRANT_ROLES),
    "permissionMatrix": (MATRIX, Permission.ACCESS_GRANT_ROLES),
    "endSession": (END, Permission.ACCESS_END_ANY_SESSION),
}


@pytest.mark.parametrize("column", [*Role, *Scope])
@pytest.mark.parametrize("operation", STAFF_OPERATIONS)
async def test_each_cell_of_the_table_holds_in_the_graph(operation: str, column: Role | Scope) -> None:
    document, permission = STAFF_OPERATIONS[operation]
    answer = await ask(document, actor=holder_of(column), **await subject_of(operation))
    if dict(permission_matrix())[permission][column]:
        assert answer.errors == []
    elif operation == "endSession":
        # Whoever may not end another's session is not told that there is one.
        assert answer.refusals == [NotFound if isinstance(column, Role) else Unauthenticated]
    else:
        assert answer.refusals == [Forbidden]


@pytest.mark.parametrize("operation", STAFF_OPERATIONS)
async def test_strangers_are_asked_to_sign_in(operation: str) -> None:
    answer = await ask(STAFF_OPERATIONS[operation][0], actor=ANONYMOUS, **await subject_of(operation))
    assert answer.refusals == [Unauthenticated]


@pytest.mark.parametrize("document", [SIGN_OUT, END_OTHERS])
async def test_only_a_session_is_ended(document: str) -> None:
    assert (await ask(document)).refusals == [Unauthenticated]
    assert (await ask(document, actor=holder_of(Scope.EVENTS_READ))).refusals == [Unauthenticated]


def holder_of(column: Role | Scope) -> Actor:
    """Somebody with this role or scope and no other."""
    if isinstance(column, Role):
        return Actor(kind=Kind.MEMBER, member_id=new_id(), session_id=new_id(), roles=frozenset({column}))
    return Actor(kind=Kind.PARTNER, key_id=new_id(), scopes=frozenset({column}))


async def subject_of(operation: str) -> dict[str, Any]:
    """The variables that make the operation succeed for whoever may do it."""
    if operation in ("grantRole", "revokeRole"):
        return {"id": member_id(await a_member())}
    if operation == "endSession":
        return {"id": encode_id("Session", (await a_member()).session_id or new_id())}
    if operation == "revokeApiKey":
        made = await ask(CREATE_KEY, actor=holder_of(Role.ADMIN))
        return {"id": made.only["apiKey"]["id"]}
    return {}
