"""Handing out the tokens of a session: the only place where they are made."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from community.access import queries, tokens
from community.access.tokens import Access
from community.kernel import clock
from community.settings import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session with fresh tokens. The refresh token works once: keep it in place of the one before."""

    session_id: UUID
    account_id: UUID
    access_token: str
    access_expires_at: datetime
    refresh_token: str
    refresh_expires_at: datetime


async def issue(
    *, session_id: UUID, account_id: UUID, generation: int, salt: bytes, refresh_expires_at: datetime
) -> SignedIn:
    """SignedIn of this generation of the session's family, with the roles of now."""
    roles = await queries.roles([account_id])
    expires_at = clock.now() + timedelta(minutes=settings().access_token_minutes)
    return SignedIn(
        session_id=session_id,
        account_id=account_id,
        access_token=tokens.sign(Access(account_id, session_id, roles[account_id], expires_at)),
        access_expires_at=expires_at,
        refresh_token=tokens.write_refresh(session_id, generation, salt),
        refresh_expires_at=refresh_expires_at,
    )
