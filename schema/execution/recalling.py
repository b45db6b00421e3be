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
    """The outcomes of levels and of resolvers, each by the object it was asked for."""

    def __init__(self) -> None:
        self._levels: list[tuple[LevelKey, Sequence[Any], Sequence[Outcome]]] = []
        self._calls: list[tuple[FieldNode, Sequence[Any], Sequence[Outcome], Sequence[int]]] = []

    def keep_level(self, key: LevelKey, objects: Sequence[Any], outcomes: Sequence[Outcome]) -> None:
        """Remember what a level returned for these objects."""
        self._levels.append((key, objects, outcomes))

    def keep_calls(
        self, node: FieldNode, objects: Sequence[Any], outcomes: Sequence[Outcome], late: Sequence[int]
    ) -> None:
        """Remember what a resolver returned for these objects; those with an index in `late` had to wait for it."""
        self._calls.append((node, objects, outcomes, late))

    def recalled_in(self, context: Any) -> Callable[..., Any]:
        """Let the levels of `context` recall; and what to call instead of resolvers, so that they do."""
        if self._levels:
            recall(context.loaders, self._levels)
        known: dict[tuple[int, int], deque[tuple[Outcome, bool]]] = defaultdict(deque)
        for node, objects, outcomes, waited in self._calls:
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
