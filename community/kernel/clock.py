"""The time, asked in one place so that tests can hold it still. Always aware, always UTC."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """The current instant, or the frozen one."""
    return _frozen.get() or datetime.now(UTC)


@contextmanager
def frozen(instant: datetime) -> Iterator[None]:
    """Hold the clock at `instant` for this task and the tasks it starts."""
    token = _frozen.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
