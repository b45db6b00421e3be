"""Sessions, as their owner handles them: sign out here, end a device one does not know, end all others."""

from uuid import UUID

from community.access import queries
from community.access.policy import Actor, Permission, require_member, require_session
from community.access.queries import EndReason, SessionView
from community.access.revocations import felt_at_once
from community.access.service import endings
from community.database import transaction
from community.kernel import clock
from community.kernel.errors import NotFound


@felt_at_once
@transaction()
async def sign_out(actor: Actor) -> SessionView:
    """End the session that is asking."""
    _, session_id = require_session(actor)
    await endings.end(session_id, EndReason.SIGNED_OUT, clock.now())
    return await _visible(actor, session_id)


@felt_at_once
@transaction()
async def end_session(actor: Actor, session_id: UUID) -> SessionView:
    """End one of one's own sessions, or as staff anybody's. Raises NotFound. Doing it again changes nothing."""
    if not actor.may(Permission.ACCESS_END_ANY_SESSION):
        require_member(actor)
    found = await _visible(actor, session_id)
    own = found.account_id == actor.member_id
    await endings.end(session_id, EndReason.ENDED_BY_MEMBER if own else EndReason.ENDED_BY_STAFF, clock.now())
    return await _visible(actor, session_id)


@felt_at_once
@transaction()
async def end_other_sessions(actor: Actor) -> int:
    """End all of one's own sessions but the one that is asking; returns how many."""
    account_id, session_id = require_session(actor)
    return await endings.end_all(account_id, EndReason.ENDED_BY_MEMBER, clock.now(), but=session_id)


async def _visible(actor: Actor, session_id: UUID) -> SessionView:
    (session,) = await queries.sessions_by_ids(actor, [session_id])
    if session is None:
        raise NotFound("Session")
    return session
