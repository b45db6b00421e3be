"""Questions that several levels ask at the same moment, put once: who wrote and who is mentioned are both members.

values = await together(info, posts.tallies_of, [post.uuid for post in parents])    # one statement for all who ask
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from community.access.policy import Actor, Look
from community.kernel.along import Companion
from community.kernel.gathered import settle
from schema.along import along_of
from schema.context import Info
from schema.nodes import Node

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Ask = Callable[[Sequence[Key]], Awaitable[Sequence[Value]]]

MOST_LOOKED_AT = 5_000
"""So many things that somebody looks at are read about at a time."""


async def together(
    info: Info,
    ask: Ask[UUID, Value],
    keys: Sequence[UUID],
    *,
    name: Hashable = None,
    parents: Sequence[Node] = (),
    beside: Companion[Any] | None = None,
) -> Sequence[Value]:
    """What `ask` answers for these keys, in their order. `name` tells what is the same question; `ask`, without one.

    What came along with the parents as `beside` is not asked for. Nothing is remembered: who asks a moment later, as
    after a mutation, gets what is true then.
    """
    known = along_of(parents).known(beside)
    try:
        return [*map(known.__getitem__, keys)]
    except KeyError:
        missing = [each for each in dict.fromkeys(keys) if each not in known]
    asked = info.context.loaders.setdefault((Together, name or ask), Together(ask))
    found = dict(zip(missing, await asked.of(missing), strict=True))
    return [*map({**known, **found}.__getitem__, keys)]


class Crowds(Generic[Value]):
    """Subscribers whom events wake at the same moment, and what each of them is shown of what these are about."""

    def __init__(self, ask: Callable[[Sequence[Look], frozenset[str]], Awaitable[Sequence[Value]]]) -> None:
        self._ask = ask
        self._gathering: dict[frozenset[str], Together] = {}

    async def of(self, actor: Actor, ids: Sequence[UUID], asked: frozenset[str]) -> Value:
        """What this one is shown of these, read together with all who wait for the same fields."""
        if asked not in self._gathering:
            self._gathering[asked] = Together(partial(self._answer, asked))
        (value,) = await self._gathering[asked].of([(actor, tuple(ids))])
        return cast(Value, value)

    async def _answer(self, asked: frozenset[str], looks: Sequence[Look]) -> Sequence[Value]:
        self._gathering.pop(asked, None)
        return [value for some in _some_at_a_time(looks) for value in await self._ask(some, asked)]


def _some_at_a_time(looks: Sequence[Look]) -> Iterator[list[Look]]:
    """All of these, in parts that are looked at soon enough: others want to go on in between."""
    some, things = list[Look](), 0
    for look in looks:
        some.append(look)
        things += len(look[1])
        if things >= MOST_LOOKED_AT:
            yield some
            some, things = [], 0
    if some:
        yield some


class Together:
    """Callers of one question who wait for the end of the event loop's turn in which the first of them came."""

    def __init__(self, ask: Ask[Any, Any]) -> None:
        self._ask = ask
        self._waiting: list[tuple[Sequence[Any], asyncio.Future[Sequence[Any]]]] = []
        self._answering: set[asyncio.Task[None]] = set()

    def of(self, keys: Sequence[Any]) -> Awaitable[Sequence[Any]]:
        """Join those who ask."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._begin)
        answer: asyncio.Future[Sequence[Any]] = loop.create_future()
        self._waiting.append((keys, answer))
        return answer

    def _begin(self) -> None:
        asked, waiting = [keys for keys, _ in self._waiting], [answer for _, answer in self._waiting]
        self._waiting = []
        answering = asyncio.create_task(settle(waiting, self._answers(asked)))
        self._answering.add(answering)
        answering.add_done_callback(self._answering.discard)

    async def _answers(self, asked: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
        """For each who asked, what is under their keys."""
        keys = list(dict.fromkeys(chain.from_iterable(asked)))
        values = dict(zip(keys, await self._ask(keys), strict=True))
        return [[values[key] for key in each] for each in asked]
