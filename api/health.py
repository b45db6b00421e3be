"""What an orchestrator asks: whether the process lives, and whether it can answer members."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from community import database
from community.kernel.errors import TooBusy
from community.outbox import queries as outbox

PATIENCE_SECONDS = 2.0
"""A check that takes longer has failed: whoever asks will not wait."""

LONGEST_LAG = timedelta(seconds=30)
"""The oldest committed fact may wait this long for its place in the feed. Normal is a few milliseconds."""

log = structlog.get_logger(__name__)

Check = Callable[[], Awaitable[str | None]]
"""None when all is well, otherwise what is wrong."""

NO_STORE = {"Cache-Control": "no-store"}


async def live(_: Request) -> Response:
    """The event loop turns. Nothing else is asked: a restart would not bring the database back."""
    return JSONResponse({"status": "live"}, headers=NO_STORE)


async def ready(_: Request) -> Response:
    """200 when requests can be answered; 503 with a reason for each check that failed."""
    verdicts = await asyncio.gather(*(_verdict(check) for check in CHECKS.values()))
    failed = {name: verdict for name, verdict in zip(CHECKS, verdicts, strict=True) if verdict}
    body = {"status": "not ready", "reasons": failed} if failed else {"status": "ready"}
    return JSONResponse(body, status_code=503 if failed else 200, headers=NO_STORE)


async def database_answers() -> str | None:
    """A connection comes free and answers."""
    await database.fetch_value("select 1")
    return None


async def migrations_are_applied() -> str | None:
    """The database has the shape this code was written for."""
    missing = await database.pending()
    return f"not applied: {', '.join(missing)}; run `hourglass migrate`" if missing else None


async def relay_is_alive() -> str | None:
    """Facts get their place in the feed soon after their commit."""
    lag = await outbox.sequencing_lag()
    return f"facts wait for {lag.total_seconds():.0f} seconds" if lag > LONGEST_LAG else None


CHECKS: dict[str, Check] = {
    "database": database_answers,
    "migrations": migrations_are_applied,
    "relay": relay_is_alive,
}


async def _verdict(check: Check) -> str | None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await check()
    except TooBusy:
        return "no database connection came free"
    except TimeoutError:
        return f"no answer within {PATIENCE_SECONDS:.0f} seconds"
    except Exception as error:
        log.warning("a check failed", exc_info=error)
        return f"failed with {type(error).__name__}; the log tells more"


routes = [
    Route("/health/live", live, methods=["GET"]),
    Route("/health/ready", ready, methods=["GET"]),
]
