"""Which statements went to the database: for SQL budgets in tests and in benchmarks."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

_CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@dataclass(slots=True)
class Statements:
    """Statements in the order they were sent; those that only open or end a transaction are kept apart."""

    statements: list[str] = field(default_factory=list)
    control: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many statements did something, BEGIN and COMMIT aside."""
        return len(self.statements)

    def note(self, sql: str) -> None:
        """Write down one statement."""
        (self.control if sql.lstrip().upper().startswith(_CONTROL) else self.statements).append(sql)


_counting: ContextVar[Statements | None] = ContextVar("counting_statements", default=None)


@contextmanager
def counting_statements() -> Iterator[Statements]:
    """Count what this task, and the tasks it starts, sends to PostgreSQL."""
    counted = Statements()
    token = _counting.set(counted)
    try:
        yield counted
    finally:
        _counting.reset(token)


def note(sql: str) -> None:
    """A statement was sent."""
    counted = _counting.get()
    if counted is not None:
        counted.note(sql)
