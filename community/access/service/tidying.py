"""Tidying: rows that nothing will ask for again."""

from datetime import timedelta

from community import database
from community.access.rules import ATTEMPT_WINDOW
from community.database import transaction
from community.kernel import clock

SESSIONS_KEPT = timedelta(days=90)


@transaction()
async def tidy() -> None:
    """Forget attempts that count no more and sessions that have been over for 90 days. Safe at any time."""
    now = clock.now()
    await database.execute("delete from access_attempt where last_at < $1", now - ATTEMPT_WINDOW)
    await database.execute("delete from access_session where least(ended_at, expires_at) < $1", now - SESSIONS_KEPT)
