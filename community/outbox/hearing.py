"""Who hears what: an area's handlers, each known by a lasting name.

    @outbox.hears(PostWritten)
    async def index_post(fact: PostWritten) -> None:
        ...

A hearer runs in one transaction with its receipt, at least once and possibly late; what it wrote is there once. It
writes rows and enqueues jobs. Whatever talks to the outside belongs into a job.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from community.kernel.facts import Fact
from community.outbox.patience import DEFAULT, Patience

AnyFact = TypeVar("AnyFact", bound=Fact)
Handle = Callable[[AnyFact], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Hearer:
    """A handler with its name, `<area>.<function>`, the types of facts it wants, and how often it is tried."""

    name: str
    types: frozenset[str]
    handle: Callable[[Any], Awaitable[None]]
    patience: Patience


HEARERS: dict[str, Hearer] = {}


def hears(
    *facts: type[AnyFact], name: str | None = None, patience: Patience = DEFAULT
) -> Callable[[Handle[AnyFact]], Handle[AnyFact]]:
    """Declare a hearer of these facts. Give the old `name` when the function moves: receipts are kept under it."""

    def declare(handle: Handle[AnyFact]) -> Handle[AnyFact]:
        hearer = Hearer(name or name_of(handle), frozenset(fact.type for fact in facts), handle, patience)
        if hearer.name in HEARERS:
            raise ValueError(f"two hearers are called {hearer.name}")
        HEARERS[hearer.name] = hearer
        return handle

    return declare


def hearers_of(fact_type: str) -> list[Hearer]:
    """Who wants to hear facts of this type."""
    return [hearer for hearer in HEARERS.values() if fact_type in hearer.types]


def name_of(function: Callable[..., Any]) -> str:
    """community.posts.handlers.index_post → posts.index_post."""
    area = function.__module__.removeprefix("community.").split(".")[0]
    return f"{area}.{function.__name__}"
