"""Waiting in tests: for a condition, with a deadline, never for a time."""

import asyncio
from collections.abc import Awaitable, Callable

PATIENCE_SECONDS = 60.0
"""Long enough for a busy machine. A test that passes waits for what it needs and no longer."""

PATIENCE = {
    "pool_acquire_seconds": int(PATIENCE_SECONDS),
    "statement_timeout_ms": 1000 * int(PATIENCE_SECONDS),
    "lock_timeout_ms": 1000 * int(PATIENCE_SECONDS),
    "idle_in_transaction_timeout_ms": 1000 * int(PATIENCE_SECONDS),
}
"""The settings with which nobody gives up before a test does."""


async def eventually(condition: Callable[[], Awaitable[object]], *, within: float = PATIENCE_SECONDS) -> None:
    """Wait until `condition` is true. Fails when it is not in time."""
    try:
        async with asyncio.timeout(within):
            while not await condition():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"not within {within} seconds: {condition}") from None
