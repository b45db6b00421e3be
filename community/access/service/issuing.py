"""Handing out the tokens of a session: the only place where they are made."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from community.access import queries, tokens
from community.access.queries import SessionView
from community.access.tokens import Access
from community.kernel import clock
from community.settings import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session with fresh tokens. The refresh token works once: keep it in place of the one before."""

    session: SessionView
    access_token: str
    access_expires_at: datetime
    refresh_token: str

    @property
    def session_id(self) -> UUID:
        """The session's id."""
        return self.session.id

    @property
    def account_id(self) -> UUID:
        """Whose session it is."""
        return self.session.account_id


async def issue(session: SessionView, *, generation: int, salt: bytes) -> SignedIn:
    """Tokens of this generation of the session's family, with the roles of now."""
    roles = await queries.roles([session.account_id])
    expires_at = clock.now() + timedelta(minutes=settings().access_token_minutes)
    return SignedIn(
        session=session,
        access_token=tokens.sign(Access(session.account_id, session.id, roles[session.account_id], expires_at)),
        access_expires_at=expires_at,
        refresh_token=tokens.write_refresh(session.id, generation, salt),
    )
