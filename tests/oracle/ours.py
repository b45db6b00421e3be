"""Our own graph as the oracle asks it: a world in a real database, all who can ask, values that find something."""

from datetime import UTC, datetime
from random import Random
from typing import Any

from graphql import OperationType

from community.access.policy import Actor
from community.kernel import clock
from schema.context import Context
from schema.root import schema
from tests.operations.world import World
from tests.oracle.comparing import Oracle
from tests.oracle.writing import Writer

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
UNKNOWN = "UG9zdDowMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMA"
PAGING = {"first", "last"}


class Ours:
    """Documents for our graph, asked by somebody of a world."""

    def __init__(self, world: World, random: Random) -> None:
        graph = schema()._schema
        self._actors = list(world.actors.values())
        self._actor: Actor = self._actors[0]
        self._values = world.variables
        self._ids = [value for name, value in world.variables.items() if name.endswith("Id")] + [UNKNOWN, "x"]
        self._random = random
        self.writer = Writer(graph, random, pick=self._pick, kinds=(OperationType.QUERY,))
        self.oracle = Oracle(graph, lambda: Context(actor=self._actor, address="192.0.2.1"))

    async def compare(self, number: int) -> None:
        """Compare so many documents, which change nothing."""
        for _ in range(number):
            self._actor = self._random.choice(self._actors)
            with clock.frozen(NOW):
                await self.oracle.compare(self.writer.document(), exactly=False)

    def _pick(self, random: Random, name: str, kind: str) -> Any:
        if kind == "ID":
            return random.choice(self._ids)
        if kind == "Int" and name in PAGING:
            return random.choice([0, 1, 2, 5, 100, -1, 101])
        if kind in ("Int", "Long"):
            return random.choice([0, 1, 3, 30])
        if name in ("after", "before"):
            return random.choice(["x", ""])
        if kind == "String" and random.random() < 0.6:
            return random.choice([self._values[each] for each in ("handle", "tag", "words", "tagPrefix", "text")])
        return NotImplemented
