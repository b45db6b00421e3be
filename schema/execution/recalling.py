"""What a run has resolved, so that graphql-core can go on where compiled code could not, and nothing is done twice."""

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from typing import Any

from graphql import FieldNode
from strawberry.execution import optimized_is_awaitable as is_awaitable

from schema.execution.levels import LevelKey, recall

Outcome = Any
"""What a resolver returned, or the exception it raised."""


class Memory:
    """The outcomes of levels and of resolvers, each by the object it was asked for: kept as they come, read by few."""

    __slots__ = ("calls", "levels")

    def __init__(self) -> None:
        self.levels: list[tuple[LevelKey, Sequence[Any], Sequence[Outcome]]] = []
        """For each call of a level: what it returned for these objects."""
        self.calls: list[tuple[FieldNode, Sequence[Any], Sequence[Outcome], Sequence[int]]] = []
        """For each field: what its resolver returned for these objects. Those with these indices had to wait for it."""

    def recalled_in(self, context: Any) -> Callable[..., Any]:
        """Let the levels of `context` recall; and what to call instead of resolvers, so that they do."""
        if self.levels:
            recall(context.loaders, self.levels)
        known: dict[tuple[int, int], deque[tuple[Outcome, bool]]] = defaultdict(deque)
        for node, objects, outcomes, waited in self.calls:
            late = set(waited)
            for index, (each, outcome) in enumerate(zip(objects, outcomes, strict=True)):
                known[id(node), id(each)].append((outcome, index in late))

        def around(resolve: Callable[..., Any], source: Any, info: Any, **arguments: Any) -> Any:
            found = known.get((id(info.field_nodes[0]), id(source)))
            if not found:
                return resolve(source, info, **arguments)
            outcome, is_late = found.popleft() if len(found) > 1 else found[0]
            return _later(outcome) if is_late and not is_awaitable(outcome) else _now(outcome)

        return around


def _now(outcome: Outcome) -> Any:
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


async def _later(outcome: Outcome) -> Any:
    return _now(outcome)
