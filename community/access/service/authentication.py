"""Authentication: who stands behind a bearer."""

from datetime import timedelta
from functools import lru_cache
from uuid import UUID

from community.access import queries, secrets, tokens
from community.access.policy import Actor, Kind, Role
from community.access.revocations import revocations
from community.access.service import keys
from community.kernel import clock
from community.kernel.errors import InvalidToken

NOTED_EVERY = timedelta(minutes=1)


async def authenticate_token(token: str) -> Actor:
    """The member behind an access token, with the roles of now. At most one statement a second, whatever the load.

    Raises InvalidToken for a forged or expired one, and within a second for that of an ended session.
    """
    access = tokens.verify(token)
    return _member(access.account_id, access.session_id, await revocations.roles_now(access))


async def authenticate_key(secret: str) -> Actor:
    """The partner or service behind an API key: one statement, and none for a mistyped key. Raises InvalidToken."""
    if secrets.read(secrets.Kind.API_KEY, secret) is None:
        raise InvalidToken
    now = clock.now()
    key = await queries.api_key_by_hash(secrets.digest(secret))
    if key is None or not key.is_live(now):
        raise InvalidToken
    if key.last_used_at is None or key.last_used_at <= now - NOTED_EVERY:
        await keys.note_use(key, now)
    return Actor(
        kind=Kind(key.owner),
        key_id=key.id,
        scopes=key.scopes,
        partner_id=key.partner_id,
        is_sandbox=key.is_sandbox,
    )


@lru_cache(tokens.REMEMBERED)
def _member(member_id: UUID, session_id: UUID, roles: frozenset[Role]) -> Actor:
    return Actor(kind=Kind.MEMBER, member_id=member_id, session_id=session_id, roles=roles)
