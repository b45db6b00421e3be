"""Who is calling: what stands in an Authorization header, and who stands behind it."""

import pytest

from api.auth import authenticate
from community.access import service as access
from community.access.policy import ANONYMOUS, SYSTEM, Actor, KeyOwner, Kind, Role, Scope
from community.kernel.errors import InvalidToken, NotABearer
from tests.community.access.people import actor_of, an_account, signed_in

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize("header", [None, "", "   "])
async def test_nothing_presented_is_a_stranger(header: str | None) -> None:
    assert await authenticate(header) is ANONYMOUS


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER   ", "  Bearer "])
async def test_an_access_token_is_its_member(scheme: str) -> None:
    account_id = await an_account()
    session = await signed_in()
    assert await authenticate(scheme + session.access_token) == Actor(
        kind=Kind.MEMBER, member_id=account_id, session_id=session.session_id, roles=frozenset({Role.MEMBER})
    )


@pytest.mark.parametrize("owner", KeyOwner)
async def test_a_key_is_its_owner(owner: KeyOwner) -> None:
    made = await access.create_api_key(SYSTEM, "till", owner=owner, scopes=[Scope.EVENTS_READ])
    actor = await authenticate(f"Bearer {made.secret}")
    assert actor == Actor(kind=Kind(owner), key_id=made.key.id, scopes=frozenset({Scope.EVENTS_READ}))


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer hg_key_",
        "Bearer hg_key_" + "0" * 46,
        "Bearer a.b.c",
        "Bearer eyJhbGciOiJub25lIn0.e30.",
        "Bearer \x00",
        "Bearer \ud800",
        "Bearer " + "😀" * 10_000,
    ],
)
async def test_whatever_opens_nothing_is_refused(header: str) -> None:
    with pytest.raises(InvalidToken, match="has expired"):
        await authenticate(header)


@pytest.mark.parametrize(
    "header", ["Basic bWVpOnBhc3N3b3Jk", "hg_key_0", "eyJhbGciOiJub25lIn0.e30.", "null", "Bearer\tx"]
)
async def test_who_says_no_bearer_is_told_how_to(header: str) -> None:
    with pytest.raises(NotABearer, match="Send `Authorization: Bearer`") as refused:
        await authenticate(header)
    assert refused.value.code == "UNAUTHENTICATED"


async def test_what_was_ended_or_revoked_is_refused() -> None:
    await an_account()
    session = await signed_in()
    await access.sign_out(actor_of(session))
    made = await access.create_api_key(SYSTEM, "till", owner=KeyOwner.SERVICE, scopes=[Scope.EVENTS_READ])
    await access.revoke_api_key(SYSTEM, made.key.id)
    for bearer in (session.access_token, session.refresh_token, made.secret):
        with pytest.raises(InvalidToken):
            await authenticate(f"Bearer {bearer}")
