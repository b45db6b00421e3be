"""Who hears what: an area's handlers, each known by a lasting name.

    @outbox.hears(PostWritten)
    async def index_post(fact: PostWritten) -> None:
        ...

A hearer runs in one transaction with its receipt, at least once and possibly late; what it wrote is there once. It
writes rows and enqueues jobs. Whatever talks to the outside belongs into a job.

    @outbox.hears_together(ReactionAdded)
    async def reward_authors(facts: Sequence[ReactionAdded]) -> None:
        ...

This one hears as many facts as wait for it, up to MOST, in one transaction. Should that fail, it hears each by itself.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from community.kernel.facts import Fact
from community.outbox.patience import DEFAULT, Patience

AnyFact = TypeVar("AnyFact", bound=Fact)
Handle = Callable[[AnyFact], Awaitable[None]]
HandleAll = Callable[[Sequence[AnyFact]], Awaitable[None]]

MOST = 100
"""So many facts are heard together: whatever their hearer locks, others wait for that long."""


@dataclass(frozen=True, slots=True)
class Hearer:
    """A handler with its name, `<area>.<function>`, the types of facts it wants, and how often it is tried."""

    name: str
    types: frozenset[str]
    handle: HandleAll[Any]
    patience: Patience
    most: int = 1
    """How many facts it hears together."""


HEARERS: dict[str, Hearer] = {}


def hears(
    *facts: type[AnyFact], name: str | None = None, patience: Patience = DEFAULT
) -> Callable[[Handle[AnyFact]], Handle[AnyFact]]:
    """Declare a hearer of these facts. Give the old `name` when the function moves: receipts are kept under it."""

    def declare(handle: Handle[AnyFact]) -> Handle[AnyFact]:
        async def handle_the_one(heard: Sequence[AnyFact]) -> None:
            (fact,) = heard
            await handle(fact)

        _add(Hearer(name or name_of(handle), _types_of(facts), handle_the_one, patience))
        return handle

    return declare


def hears_together(
    *facts: type[AnyFact], name: str | None = None, patience: Patience = DEFAULT
) -> Callable[[HandleAll[AnyFact]], HandleAll[AnyFact]]:
    """Declare a hearer of these facts that takes what waits for it at once, in the order of the feed."""

    def declare(handle: HandleAll[AnyFact]) -> HandleAll[AnyFact]:
        _add(Hearer(name or name_of(handle), _types_of(facts), handle, patience, MOST))
        return handle

    return declare


def hearers_of(fact_type: str) -> list[Hearer]:
    """Who wants to hear facts of this type."""
    return [hearer for hearer in HEARERS.values() if fact_type in hearer.types]


def _add(hearer: Hearer) -> None:
    if hearer.name in HEARERS:
        raise ValueError(f"two hearers are called {hearer.name}")
    HEARERS[hearer.name] = hearer


def _types_of(facts: Sequence[type[Fact]]) -> frozenset[str]:
    return frozenset(fact.type for fact in facts)


def name_of(function: Callable[..., Any]) -> str:
    """community.posts.handlers.index_post → posts.index_post."""
    area = function.__module__.removeprefix("community.").split(".")[0]
    return f"{area}.{function.__name__}"
