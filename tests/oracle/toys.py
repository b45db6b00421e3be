"""The toy schemas as the oracle asks them, in worlds that are good, bad and slow by turns."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from graphql import OperationType

from schema.execution import running
from tests.oracle import core_toy, strawberry_toy
from tests.oracle.comparing import Oracle
from tests.oracle.writing import Writer

KINDS = (OperationType.QUERY, OperationType.QUERY, OperationType.MUTATION)
CORE_BADNESS = [0.0, 0.0, 0.01, 0.05]
STRAWBERRY_BADNESS = [0.0, 0.0, 0.02, 0.1]
SLOW = 0.25
AT_ONCE = [2, 5, running.MAX_FIELDS_AT_ONCE, running.MAX_FIELDS_AT_ONCE]
"""So few fields, now and then, that graphql-core has to go on from anywhere in a run."""


@contextmanager
def compiling_at_once(fields: int) -> Iterator[None]:
    """Within it, a run compiles no more fields than these."""
    before, running.MAX_FIELDS_AT_ONCE = running.MAX_FIELDS_AT_ONCE, fields
    try:
        yield
    finally:
        running.MAX_FIELDS_AT_ONCE = before


class CoreToy:
    """The schema of graphql-core's own."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.writer = Writer(core_toy.SCHEMA, random, kinds=KINDS)
        self.oracle = Oracle(core_toy.SCHEMA, dict)

    async def compare(self, number: int) -> None:
        """Compare so many documents."""
        for _ in range(number):
            core_toy.World.badness = self._random.choice(CORE_BADNESS)
            core_toy.World.is_slow = self._random.random() < SLOW
            root = core_toy.root(self._random)
            with compiling_at_once(self._random.choice(AT_ONCE)):
                await self.oracle.compare(self.writer.document(), root, exactly=not core_toy.World.is_slow)


class StrawberryToy:
    """The schema of Strawberry's, whose mutations say what they did."""

    def __init__(self, random: Random) -> None:
        self._random = random
        schema = strawberry_toy.SCHEMA._schema
        self.writer = Writer(schema, random, kinds=KINDS)
        self.oracle = Oracle(schema, strawberry_toy.Context, done=strawberry_toy.CHANGES)

    async def compare(self, number: int) -> None:
        """Compare so many documents."""
        for _ in range(number):
            strawberry_toy.World.badness = self._random.choice(STRAWBERRY_BADNESS)
            strawberry_toy.World.is_slow = self._random.random() < SLOW
            with compiling_at_once(self._random.choice(AT_ONCE)):
                await self.oracle.compare(self.writer.document(), exactly=not strawberry_toy.World.is_slow)
