"""Refreshing: a refresh token is exchanged for fresh tokens, once."""

from datetime import timedelta

from community import database
from community.access import queries, rules, tokens
from community.access.errors import RefreshTokenInvalid, RefreshTokenReused
from community.access.queries import EndReason
from community.access.revocations import revocations
from community.access.rules import Decision
from community.access.service import endings
from community.access.service.issuing import SignedIn, issue
from community.database import transaction
from community.kernel import clock
from community.settings import settings


async def refresh(refresh_token: str) -> SignedIn:
    """Exchange a refresh token for fresh tokens.

    Sent again within ten seconds, while its successor is unused, it gets that same successor: the first answer had
    got lost, or two requests of one client had met. Any other second use means that two parties hold it, and ends the
    session. Raises RefreshTokenInvalid and RefreshTokenReused.
    """
    presented = tokens.read_refresh(refresh_token)
    if presented is None:
        raise RefreshTokenInvalid
    answer = await _exchange(presented)
    if answer is Decision.END_FAMILY:
        revocations.look_again()
        raise RefreshTokenReused
    if not isinstance(answer, SignedIn):
        raise RefreshTokenInvalid
    return answer


@transaction()
async def _exchange(presented: tokens.Refresh) -> SignedIn | Decision:
    """Fresh tokens, or why there are none: returned, not raised, because the end of a family must be kept."""
    now = clock.now()
    family = await database.fetch_one(
        f"select {queries.SESSION}, salt, generation, rotated_at from access_session where id = $1 for no key update",
        presented.session_id,
    )
    if family is None or not presented.is_genuine(family["salt"]):
        return Decision.REFUSE
    decision = rules.refresh_decision(
        presented=presented.generation,
        current=family["generation"],
        rotated_at=family["rotated_at"],
        expires_at=family["expires_at"],
        ended_at=family["ended_at"],
        now=now,
    )
    if decision is Decision.END_FAMILY:
        await endings.end(presented.session_id, EndReason.TOKEN_REUSED, now)
    if decision in (Decision.REFUSE, Decision.END_FAMILY):
        return decision
    if decision is Decision.ROTATE:
        (family,) = await database.fetch(
            "update access_session set generation = generation + 1, rotated_at = $2, last_used_at = $2, expires_at = $3"
            f" where id = $1 returning {queries.SESSION}, salt, generation",
            presented.session_id,
            now,
            now + timedelta(days=settings().refresh_token_days),
        )
    return await issue(queries.session_of(family), generation=family["generation"], salt=family["salt"])
