# ruff: noqa: N805, ARG002 - a level takes its parents first, a resolver what the graph shows
"""A schema of Strawberry's, made to hurt: attributes, functions, levels, generics, problems, in all wrappers.

What an object's fields hold depends on its seed alone, and on how bad the world is.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, StrEnum
from random import Random
from typing import Annotated, Any, Generic, NewType, TypeVar

import strawberry

from schema.execution.levels import level

Item = TypeVar("Item")


class World:
    """How often something goes wrong, and whether what comes later takes its time."""

    badness = 0.0
    is_slow = False


@dataclass
class Context:
    """What levels need."""

    loaders: dict[Any, Any] = field(default_factory=dict)


Info = strawberry.Info[Context, Any]


@strawberry.enum
class Colour(Enum):
    RED = 1
    GREEN = "green"


@strawberry.enum
class Mood(StrEnum):
    GOOD = "good"
    BAD = "bad"


Even = NewType("Even", int)


def write_even(value: Any) -> int:
    """Only even numbers can be written."""
    if not isinstance(value, int) or value % 2:
        raise ValueError(f"{value!r} is not even")
    return value


class Refused(Exception):
    """What a handler makes a problem of."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@strawberry.type
class Problem:
    why: str


class RefusedHandler:
    """Strawberry's ExceptionHandler."""

    exception_type = Refused
    error_type = Problem

    def handle(self, exception: Refused, *, field: Any, info: Any) -> Problem:
        return Problem(why=f"{exception.why} for {info.field_name}")


@strawberry.input
class Span:
    first: int = 1
    last: int | None = None
    moods: list[Mood] = strawberry.field(default_factory=list)
    inner: "Span | None" = None


LEAVES: dict[str, list[Any]] = {
    "number": [0, 5, -(2**31)],
    "ratio": [0.5, -1.5],
    "text": ["", "é", "x" * 5],
    "flag": [True, False],
    "key": [strawberry.ID("a"), strawberry.ID("b")],
    "colour": [Colour.RED, Colour.GREEN],
    "mood": [Mood.GOOD, Mood.BAD],
    "even": [Even(0), Even(4)],
    "at": [datetime(2026, 1, 1, tzinfo=UTC)],
}
ODD: list[Any] = [
    None,
    "seven",
    2**40,
    float("nan"),
    True,
    1.0,
    "1",
    ValueError("returned"),
    {},
    [1],
    Even(3),
    Mood.GOOD,
]


def one(random: Random, name: str, *, nullable: bool = True) -> Any:
    """A value for a leaf of this name."""
    if random.random() < World.badness:
        return random.choice(ODD)
    return None if nullable and random.random() < 0.2 else random.choice(LEAVES[name])


def several(random: Random, make: Any, *, nullable: bool = False) -> Any:
    """A list of what `make` makes, or now and then another collection."""
    if nullable and random.random() < 0.15:
        return None
    items = [make() for _ in range(random.choice([0, 1, 2, 3]))]
    return tuple(items) if random.random() < 0.1 else items


def perhaps_raise(random: Random, kind: type[Exception] = RuntimeError) -> None:
    """Raise, if the world is bad."""
    if random.random() < World.badness:
        raise kind("raised")


async def perhaps_wait(random: Random) -> None:
    """Let others go first, if the world is slow."""
    if World.is_slow:
        for _ in range(random.randrange(3)):
            await asyncio.sleep(0)


@strawberry.type
class Box(Generic[Item]):
    seed: strawberry.Private[int]
    item: Item | None
    items: list[Item]

    @strawberry.field
    def size(self) -> int:
        return len(self.items)


@strawberry.interface
class Being:
    seed: strawberry.Private[int]
    number: int | None
    must_number: int
    text: str | None
    must_text: str
    ratio: float | None
    flag: bool
    key: strawberry.ID
    colour: Colour
    mood: Mood | None
    even: Even | None
    at: datetime
    numbers: list[int] | None
    texts: list[str | None]
    colours: list[Colour]
    grid: list[list[int | None] | None] | None

    @strawberry.field
    def name(self) -> str:
        random = Random(self.seed)
        perhaps_raise(random)
        return f"being {self.seed % 10}"

    @strawberry.field
    def twice(self, info: Info, by: int = 2, mood: Mood = Mood.GOOD) -> int | None:
        assert info.field_name == "twice"
        random = Random(f"{self.seed} twice {by}")
        perhaps_raise(random)
        return one(random, "number")

    @strawberry.field
    async def within(self, info: Info, span: Span | None = None, spans: list[Span] | None = None) -> str:
        random = Random(f"{self.seed} within {span}")
        await perhaps_wait(random)
        perhaps_raise(random)
        return f"{span and span.first} {len(spans or [])} {info.path.key} {info.path.typename} {len(path_of(info))}"

    @strawberry.field
    def friend(self) -> Annotated["Being", strawberry.lazy("tests.oracle.strawberry_toy")] | None:
        return being(Random(f"{self.seed} friend"))

    @strawberry.field
    def must_friends(self) -> list[Annotated["Being", strawberry.lazy("tests.oracle.strawberry_toy")]]:
        random = Random(f"{self.seed} friends")
        return several(random, lambda: being(random, nullable=False))

    @level(description="A leaf of a level.")
    async def score(beings: list["Being"], info: Info) -> list[int]:
        return [scored(each) for each in beings]

    @level(description="A level that can wait.")
    async def rank(beings: list["Being"], info: Info, base: int = 0, mood: Mood | None = None) -> list[int | None]:
        random = Random(f"rank {base} {mood}")
        await perhaps_wait(random)
        perhaps_raise(random)
        return [one(Random(f"{each.seed} rank {base}"), "number") for each in beings]

    @level(description="Objects of a level.")
    async def peers(
        beings: list["Being"], info: Info, span: Span | None = None
    ) -> list[list[Annotated["Being", strawberry.lazy("tests.oracle.strawberry_toy")]]]:
        await perhaps_wait(Random(1))
        return [peers_of(each, span) for each in beings]

    @level(description="A union in a level.")
    async def pet(
        beings: list["Being"],
    ) -> list[Annotated["Pet", strawberry.lazy("tests.oracle.strawberry_toy")] | None]:
        return [pet(Random(f"{each.seed} pet")) for each in beings]


def path_of(info: Info) -> list[Any]:
    """The whole path of a field."""
    return info.path.as_list()


def scored(each: Being) -> Any:
    random = Random(f"{each.seed} score")
    return RuntimeError("returned by a level") if random.random() < World.badness else each.seed % 7


def peers_of(each: Being, span: Span | None) -> Any:
    random = Random(f"{each.seed} peers {span and span.first}")
    return several(random, lambda: being(random, nullable=False))


@strawberry.type
class Cat(Being):
    lives: int = 9

    @strawberry.field
    def prey(self) -> "Mouse":
        return Mouse.of(self.seed + 1)


@strawberry.type
class Human(Being):
    box: Box[int]

    @strawberry.field
    def pets(self) -> list[Annotated["Pet", strawberry.lazy("tests.oracle.strawberry_toy")] | None]:
        random = Random(f"{self.seed} pets")
        return several(random, lambda: pet(random))


@strawberry.type
class Mouse:
    seed: strawberry.Private[int]
    size: int
    label: str | None

    @classmethod
    def of(cls, seed: int) -> "Mouse":
        random = Random(seed)
        return cls(seed=seed, size=one(random, "number", nullable=False), label=one(random, "text"))

    @level(description="A relation without an interface.")
    async def hunter(mice: list["Mouse"], info: Info) -> list[Cat | None]:
        return [made(Cat, Random(f"{each.seed} hunter")) if each.seed % 3 else None for each in mice]


Pet = Annotated[Cat | Mouse, strawberry.union("Pet")]
Outcome = Annotated[Human | Problem, strawberry.union("Outcome")]


def made(kind: type[Being], random: Random) -> Any:
    """A being of a kind, with all that it has as attributes."""
    more: dict[str, Any] = {}
    if kind is Human:
        numbers = several(random, lambda: one(random, "number", nullable=False))
        more["box"] = Box(seed=0, item=one(random, "number"), items=numbers)
    return kind(
        seed=random.randrange(10**9),
        number=one(random, "number"),
        must_number=one(random, "number", nullable=False),
        text=one(random, "text"),
        must_text=one(random, "text", nullable=False),
        ratio=one(random, "ratio"),
        flag=one(random, "flag", nullable=False),
        key=one(random, "key", nullable=False),
        colour=one(random, "colour", nullable=False),
        mood=one(random, "mood"),
        even=one(random, "even"),
        at=one(random, "at", nullable=False),
        numbers=several(random, lambda: one(random, "number", nullable=False), nullable=True),
        texts=several(random, lambda: one(random, "text")),
        colours=several(random, lambda: one(random, "colour", nullable=False)),
        grid=several(random, lambda: several(random, lambda: one(random, "number"), nullable=True), nullable=True),
        **more,
    )


def being(random: Random, *, nullable: bool = True) -> Any:
    """A cat or a human, or something that is none."""
    if random.random() < World.badness:
        return random.choice([None, Mouse.of(1), ValueError("returned"), "being", Problem(why="none")])
    if nullable and random.random() < 0.15:
        return None
    return made(random.choice([Cat, Human]), random)


def pet(random: Random) -> Any:
    """A cat or a mouse, or something that is none."""
    if random.random() < World.badness:
        return random.choice([made(Human, random), ValueError("returned"), "pet", {}])
    if random.random() < 0.15:
        return None
    return made(Cat, random) if random.random() < 0.5 else Mouse.of(random.randrange(1000))


@strawberry.type
class Query:
    @strawberry.field
    def hello(self) -> str:
        return "world"

    @strawberry.field
    def being(self, seed: int = 1) -> Being | None:
        return being(Random(seed))

    @strawberry.field
    async def beings(self, info: Info, seed: int = 2, span: Span | None = None) -> list[Being]:
        random = Random(f"{seed} {span}")
        await perhaps_wait(random)
        perhaps_raise(random)
        return several(random, lambda: being(random, nullable=False))

    @strawberry.field
    def humans(self, seed: int = 3) -> list[Human | None] | None:
        random = Random(seed)
        return several(random, lambda: made(Human, random) if random.random() < 0.8 else None, nullable=True)

    @strawberry.field
    async def pets(self, seed: int = 4) -> list[Pet]:
        random = Random(seed)
        await perhaps_wait(random)
        return [each for each in several(random, lambda: pet(random)) if each is not None]

    @strawberry.field
    async def outcome(self, seed: int = 5) -> Outcome:
        random = Random(seed)
        await perhaps_wait(random)
        perhaps_raise(random)
        if random.random() < 0.4:
            raise Refused("because")
        return made(Human, random)

    @strawberry.field
    def boxes(self, seed: int = 6) -> list[Box[str]]:
        random = Random(seed)
        return several(random, lambda: Box(seed=1, item=one(random, "text"), items=several(random, lambda: "x")))


CHANGES: list[str] = []
"""What mutations did, in their order."""


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def change(self, info: Info, seed: int = 1) -> Outcome:
        CHANGES.append(f"change {info.path.key} {seed}")
        random = Random(f"change {seed}")
        await perhaps_wait(random)
        perhaps_raise(random)
        if random.random() < 0.3:
            raise Refused("because")
        return made(Human, random)

    @strawberry.mutation
    def must_change(self, info: Info, seed: int = 2) -> Being:
        CHANGES.append(f"must {info.path.key} {seed}")
        random = Random(f"must {seed}")
        perhaps_raise(random)
        return being(random, nullable=False)


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def arrived(self, seed: int = 1) -> AsyncIterator[Being]:
        yield being(Random(seed), nullable=False)


SCHEMA = strawberry.Schema(
    Query,
    Mutation,
    Subscription,
    types=[Cat, Human],
    exception_handlers=[RefusedHandler()],
    scalar_overrides={Even: strawberry.scalar(name="Even", serialize=write_even, parse_value=int)},
)
