"""A schema of graphql-core's own, made to hurt: every shape of type, and resolvers that return whatever can be.

What a field returns depends on the object's seed, its name and its arguments alone, and on how bad the world is.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from enum import Enum
from itertools import product
from random import Random
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    GraphQLUnionType,
    Undefined,
)


class World:
    """How often something goes wrong, and whether what comes later takes its time."""

    badness = 0.0
    is_slow = False


class Thing:
    """An object of the toy: a seed, and the name of its type."""

    def __init__(self, seed: int, kind: str) -> None:
        self.seed, self.kind = seed, kind

    def __repr__(self) -> str:
        return f"<{self.kind} {self.seed}>"


class Size(Enum):
    SMALL = 1
    LARGE = "large"


def write_odd(value: Any) -> Any:
    """Only odd numbers can be written; zero is written as nothing."""
    if value == 0:
        return None
    if not isinstance(value, int) or value % 2 == 0:
        raise ValueError(f"{value!r} is not odd")
    return value


SIZE = GraphQLEnumType("Size", {"SMALL": 1, "LARGE": "large", "HUGE": None})
MEMBER_SIZE = GraphQLEnumType("MemberSize", Size, names_as_values=None)
ODD = GraphQLScalarType("Odd", coerce_output_value=write_odd)
PLACE = GraphQLInputObjectType(
    "Place",
    lambda: {
        "x": GraphQLInputField(GraphQLNonNull(GraphQLInt)),
        "name": GraphQLInputField(GraphQLString, default_value="here"),
        "inner": GraphQLInputField(PLACE),
        "sizes": GraphQLInputField(GraphQLList(SIZE)),
    },
)
LEAVES: dict[str, Any] = {
    "int": GraphQLInt, "float": GraphQLFloat, "string": GraphQLString, "boolean": GraphQLBoolean, "id": GraphQLID,
    "size": SIZE, "memberSize": MEMBER_SIZE, "odd": ODD,
}  # fmt: skip
GOOD: dict[str, list[Any]] = {
    "Int": [0, 1, -5, True, 2.0, "7"], "Float": [0.5, 1, -2.25, True, "3.5"], "String": ["", "x", "é", 5, True, 1.5],
    "Boolean": [True, False, 1, 0.0], "ID": ["a", 7, "b"], "Size": [1, "large", "HUGE"],
    "MemberSize": [Size.SMALL, Size.LARGE], "Odd": [1, 3, -7],
}  # fmt: skip
USUAL: dict[str, list[Any]] = {
    "Int": [0, 1, -5, 2**31 - 1], "Float": [0.5, -2.25], "String": ["", "x", "é"], "Boolean": [True, False],
    "ID": ["a", "b"],
}  # fmt: skip
BAD: list[Any] = [2**31, float("nan"), float("inf"), "nothing", {}, [], object, Thing(0, "None"), b"x", 10**30, 2, 0]

WRAPPERS: dict[str, Callable[[Any], Any]] = {
    "": lambda kind: kind,
    "Must": GraphQLNonNull,
    "List": GraphQLList,
    "ListMust": lambda kind: GraphQLList(GraphQLNonNull(kind)),
    "MustListMust": lambda kind: GraphQLNonNull(GraphQLList(GraphQLNonNull(kind))),
    "Lists": lambda kind: GraphQLList(GraphQLList(kind)),
    "MustLists": lambda kind: GraphQLNonNull(GraphQLList(GraphQLNonNull(GraphQLList(GraphQLNonNull(kind))))),
}


def resolve(source: Any, info: Any, **arguments: Any) -> Any:
    """A value for the field: now or later, good or bad."""
    random = Random(f"{source.seed} {info.parent_type} {info.field_name} {sorted(arguments.items(), key=str)}")
    value = made(random, info.return_type)
    if random.random() < 0.25:
        return later(value, random.randrange(3) if World.is_slow else 0)
    if isinstance(value, Raised):
        raise value.error
    return value


class Raised:
    """An error that waits to be raised."""

    def __init__(self, error: Exception) -> None:
        self.error = error


async def later(value: Any, rounds: int) -> Any:
    for _ in range(rounds):
        await asyncio.sleep(0)
    if isinstance(value, Raised):
        raise value.error
    return value


def made(random: Random, kind: Any, *, is_item: bool = False) -> Any:
    """A value of this type, or of none."""
    if random.random() < World.badness:
        return bad(random, kind, is_item=is_item)
    if isinstance(kind, GraphQLNonNull):
        return made(random, kind.of_type, is_item=is_item)
    if random.random() < 0.15:
        return random.choice([None, None, None, Undefined])
    if isinstance(kind, GraphQLList):
        return listed(random, [made(random, kind.of_type, is_item=True) for _ in range(random.choice([0, 1, 2, 2, 3]))])
    if kind.name in GOOD:
        return random.choice(GOOD[kind.name] if random.random() < 0.1 else USUAL.get(kind.name, GOOD[kind.name]))
    names = {
        "Named": ["A", "B", "C"], "Sized": ["B", "C"], "Either": ["A", "D"], "Any": ["A", "B", "C", "D"],
    }.get(kind.name, [kind.name])  # fmt: skip
    return Thing(random.randrange(10**9), random.choice(names))


def bad(random: Random, kind: Any, *, is_item: bool) -> Any:
    match random.randrange(5):
        case 0 if not is_item:
            return Raised(RuntimeError(f"raised for {kind}"))
        case 1:
            return ValueError(f"returned for {kind}")
        case 2:
            return None
        case 3:
            return Thing(random.randrange(10**9), random.choice(["A", "B", "D", "Nobody", "Named"]))
    return random.choice(BAD)


def listed(random: Random, items: list[Any]) -> Any:
    """A list, or something else that can be read like one."""
    match random.randrange(24):
        case 0:
            return tuple(items)
        case 1:
            return dict(enumerate(items)).values()
        case 2:
            return (item for item in items)
        case 3:
            return asynchronous(items)
        case 4:
            return [
                later(item, 0) if random.random() < 0.5 and not isinstance(item, Raised) else item for item in items
            ]
        case 5:
            return iter(items)
    return items


async def asynchronous(items: list[Any]) -> AsyncIterator[Any]:
    for item in items:
        yield item


def type_of(value: Any, _info: Any, _kind: Any) -> Any:
    """The name of the thing's type: at once, or later."""
    if value.kind == "None":
        return None
    return later(value.kind, 0) if value.seed % 11 == 0 else value.kind


def is_type(name: str) -> Callable[[Any, Any], Any]:
    """Whether a thing has this type: at once, or later."""

    def check(value: Any, _info: Any) -> Any:
        found = getattr(value, "kind", None) == name
        return later(found, 0) if getattr(value, "seed", 1) % 13 == 0 else found

    return check


ARGUMENTS = {
    "n": GraphQLArgument(GraphQLInt),
    "size": GraphQLArgument(SIZE, default_value="large"),
    "place": GraphQLArgument(PLACE),
    "names": GraphQLArgument(GraphQLList(GraphQLNonNull(GraphQLString))),
    "must": GraphQLArgument(GraphQLNonNull(GraphQLString), default_value="so"),
}


def fields(kinds: dict[str, Any], *, seed: int) -> dict[str, GraphQLField]:
    """A field for each type in each wrapper, of which some take arguments."""
    random = Random(seed)
    made: dict[str, GraphQLField] = {}
    for (name, kind), (wrapper, wrap) in product(kinds.items(), WRAPPERS.items()):
        arguments = dict(random.sample(sorted(ARGUMENTS.items()), random.choice([0, 0, 1, 2])))
        made[f"{name}{wrapper}"] = GraphQLField(wrap(kind), args=arguments, resolve=resolve)
    return made


NAMED = GraphQLInterfaceType("Named", lambda: fields(LEAVES, seed=1), resolve_type=type_of)
SIZED = GraphQLInterfaceType("Sized", lambda: fields(LEAVES, seed=1), interfaces=[NAMED])
EITHER = GraphQLUnionType("Either", lambda: [A, D], resolve_type=type_of)
ANY = GraphQLUnionType("Any", lambda: [A, B, C, D])


def all_fields() -> dict[str, GraphQLField]:
    """Of objects: leaves, and every composite type."""
    composite = {"a": A, "b": B, "c": C, "d": D, "named": NAMED, "sized": SIZED, "either": EITHER, "any": ANY}
    return {**fields(LEAVES, seed=1), **fields(composite, seed=2)}


A = GraphQLObjectType("A", all_fields, interfaces=[NAMED], is_type_of=is_type("A"))
B = GraphQLObjectType("B", all_fields, interfaces=[NAMED, SIZED], is_type_of=is_type("B"))
C = GraphQLObjectType("C", all_fields, interfaces=[NAMED, SIZED], is_type_of=is_type("C"))
D = GraphQLObjectType("D", all_fields, is_type_of=is_type("D"))
QUERY = GraphQLObjectType("Query", all_fields)
MUTATION = GraphQLObjectType("Mutation", all_fields)
SCHEMA = GraphQLSchema(QUERY, MUTATION)


def root(random: Random) -> Thing:
    """Where a document begins."""
    return Thing(random.randrange(10**9), "Query")
