"""The specification's rules by tables: each cell is asked of compiled code and of graphql-core, and known beforehand.

The groups are those of graphql-core's own tests of execution: lists, non-null, abstract types, directives, resolvers,
variables. What an answer has to be is worked out here by the rule itself, in a few lines.
"""

from collections.abc import AsyncIterator, Callable
from itertools import product
from typing import Any

import pytest
from graphql import (
    GraphQLField,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
    build_schema,
)

from tests.schema.execution.asking import ask

FAILED = RuntimeError("failed")
LEFT_BEHIND = pytest.mark.filterwarnings(
    "ignore:.*was never awaited", "ignore::pytest.PytestUnraisableExceptionWarning"
)
"""graphql-core leaves items and types that nobody needs any more, once there is an error."""


async def later(value: Any) -> Any:
    if isinstance(value, Exception):
        raise value
    return value


async def one_by_one(values: list[Any]) -> AsyncIterator[Any]:
    for value in values:
        yield value


def resolver(value: Any, *, is_late: bool) -> Callable[..., Any]:
    """Gives the value, or raises it, at once or later."""

    def now(_info: Any) -> Any:
        if isinstance(value, Exception):
            raise value
        return value

    return (lambda _info: later(value)) if is_late else now


class Null(Exception):
    """A null where none may be."""


def completed(kind: str, value: Any) -> Any:
    """What the specification makes of a value of this type: `!` hands a null on, everything else keeps it."""
    if kind.endswith("!"):
        found = completed(kind[:-1], value)
        if found is None:
            raise Null
        return found
    try:
        if value is None or isinstance(value, Exception):
            return None
        return [completed(kind[1:-1], item) for item in value] if kind.startswith("[") else value
    except Null:
        return None


def data_of(kind: str, value: Any) -> Any:
    try:
        return {"list": completed(kind, value)}
    except Null:
        return None


LISTS = ["[Int]", "[Int]!", "[Int!]", "[Int!]!"]
VALUES: list[Any] = [[1, 2], [], [1, None, 2], [1, FAILED, 2], [None, FAILED, None], None, FAILED]
MAKERS: dict[str, Callable[[Any], Any]] = {
    "a list": lambda value: resolver(value, is_late=False),
    "a list, later": lambda value: resolver(value, is_late=True),
    "a tuple": lambda value: resolver(tuple(value) if isinstance(value, list) else value, is_late=False),
    "items, later": lambda value: (
        lambda info: [*map(later, value)] if isinstance(value, list) else resolver(value, is_late=False)(info)
    ),
    "a stream": lambda value: (
        lambda info: one_by_one(value) if isinstance(value, list) else resolver(value, is_late=False)(info)
    ),
}


@LEFT_BEHIND
@pytest.mark.parametrize(("kind", "maker"), [*product(LISTS, MAKERS)])
async def test_nulls_in_lists_go_as_far_as_their_type_says(kind: str, maker: str) -> None:
    schema = build_schema(f"type Query {{ list: {kind} }}")
    for value in VALUES:
        found = await ask(schema, "{ list }", {"list": MAKERS[maker](value)})
        assert found.data == data_of(kind, value), value
        assert bool(found.errors) == (FAILED in (value if isinstance(value, list) else [value]) or found.data is None
                                      or (kind in LISTS[2:] and None in (value or ())))  # fmt: skip


TREE = build_schema("type Query { may: Query must: Query! leaf: Int mustLeaf: Int! sister: Int }")


@pytest.mark.parametrize(
    ("path", "failure", "is_late"),
    [
        ((*above, leaf), failure, is_late)
        for above in product(("may", "must"), repeat=3)
        for leaf in ("leaf", "mustLeaf")
        for failure in (None, FAILED)
        for is_late in (False, True)
    ],
)
async def test_a_failure_makes_the_nearest_nullable_field_null(
    path: tuple[str, ...], failure: Any, is_late: bool
) -> None:
    root: Any = {path[-1]: resolver(failure, is_late=is_late), "sister": 1}
    text, expected = f"{{ sister {path[-1]} }}", {"sister": 1, path[-1]: None} if path[-1] == "leaf" else None
    for key in reversed(path[:-1]):
        root, text = {key: root, "sister": 1}, f"{{ sister {key} {text} }}"
        is_lost = expected is None and key == "must"
        expected = None if is_lost else {"sister": 1, key: expected}
    found = await ask(TREE, text, root)
    assert found.data == expected
    is_error = failure is not None or path[-1] == "mustLeaf"
    assert found.paths == ([[*path]] if is_error else [])


def pets(answer: Any, *, is_asked: bool) -> GraphQLSchema:
    """An interface and one type of it: which type a pet is, or whether it is that type, is what `answer` gives."""
    resolve = resolver(answer, is_late=False)
    named = {"name": GraphQLField(GraphQLString)}
    pet = GraphQLInterfaceType(
        "Pet", named, resolve_type=None if is_asked else lambda _value, info, _kind: resolve(info)
    )
    dog = GraphQLObjectType(
        "Dog", named, interfaces=[pet], is_type_of=(lambda _value, info: resolve(info)) if is_asked else None
    )
    stone = GraphQLObjectType("Stone", named)
    query = GraphQLObjectType("Query", {"pets": GraphQLField(GraphQLList(pet)), "number": GraphQLField(GraphQLInt)})
    return GraphQLSchema(query, types=[dog, stone])


TYPES: list[tuple[Any, bool, bool]] = [
    ("Dog", False, True), (FAILED, False, False), (None, False, False), ("Stone", False, False), ("Cat", False, False),
    ("Query", False, False), (7, False, False), (True, True, True), (False, True, False), (FAILED, True, False),
]  # fmt: skip


@LEFT_BEHIND
@pytest.mark.parametrize(("answer", "is_asked", "is_one"), TYPES)
@pytest.mark.parametrize("is_late", [False, True])
async def test_the_type_of_an_object_is_told_or_asked_for_at_once_or_later(
    answer: Any, is_asked: bool, is_one: bool, is_late: bool
) -> None:
    schema = pets(answer if not is_late else None, is_asked=is_asked)
    if is_late:
        told = (lambda _value, _info: later(answer)) if is_asked else (lambda _value, _info, _kind: later(answer))
        kind: Any = schema.get_type("Dog" if is_asked else "Pet")
        setattr(kind, "is_type_of" if is_asked else "resolve_type", told)
    found = await ask(
        schema, "{ number pets { name ... on Dog { again: name } } }", {"number": 7, "pets": [{"name": "Rex"}]}
    )
    assert found.data == {"number": 7, "pets": [{"name": "Rex", "again": "Rex"} if is_one else None]}
    assert found.paths == ([] if is_one else [["pets", 0]])


PLACES = ["a {0}", "... on Query {0} {{ a }}", "... {0} {{ a }}", "...F {0}"]


@pytest.mark.parametrize(("place", "skip", "include"), [*product(PLACES, (None, True, False), (None, True, False))])
async def test_a_field_is_there_unless_it_is_skipped_or_not_included(
    place: str, skip: bool | None, include: bool | None
) -> None:
    schema = build_schema("type Query { a: Int b: Int }")
    given = {name: value for name, value in (("skip", skip), ("include", include)) if value is not None}
    literal = " ".join(f"@{name}(if: {str(value).lower()})" for name, value in given.items())
    asked = " ".join(f"@{name}(if: ${name})" for name in given)
    declared = f"({', '.join(f'${name}: Boolean!' for name in given)})" if given else ""
    fragment = "fragment F on Query { a }" if "...F" in place else ""
    expected = {"b": 2} if skip or include is False else {"a": 1, "b": 2}
    for text, variables in (
        (f"{{ {place.format(literal)} b }}", {}),
        (f"query {declared} {{ {place.format(asked)} b }}", given),
    ):
        found = await ask(schema, f"{text} {fragment}", {"a": 1, "b": 2}, **variables)
        assert (found.data, found.by) == (expected, "compiled")


class Owner:
    """Has what it has in every way that Python knows."""

    attribute = 1

    @property
    def computed(self) -> int:
        return 2

    def method(self, _info: Any) -> int:
        return 3

    async def coroutine(self, _info: Any, by: int = 1) -> int:
        return 4 * by


async def test_a_field_without_a_resolver_is_a_key_an_attribute_or_a_method() -> None:
    schema = build_schema(
        "type Query { attribute: Int computed: Int method: Int coroutine(by: Int): Int missing: Int }"
    )
    text = "{ attribute computed method coroutine twice: coroutine(by: 2) missing }"
    expected = {"attribute": 1, "computed": 2, "method": 3, "coroutine": 4, "twice": 8, "missing": None}
    assert (await ask(schema, text, Owner())).data == expected
    owner = Owner()
    keys = {"attribute": 1, "computed": 2, "method": owner.method, "coroutine": owner.coroutine}
    assert (await ask(schema, text, keys)).data == expected


ITEMS = {
    "absent": ...,
    "null": None,
    "one": "a",
    "some": ["a", "b"],
    "none": [],
    "with a null": ["a", None],
    "wrong": [1],
}


@pytest.mark.parametrize(("kind", "item"), [*product(["[String]", "[String]!", "[String!]", "[String!]!"], ITEMS)])
async def test_a_variable_is_a_list_as_far_as_its_type_says(kind: str, item: str) -> None:
    schema = build_schema(f"type Query {{ list(input: {kind}): String }}")
    text = f"query ($input: {kind}) {{ list(input: $input) }}"
    given = {} if ITEMS[item] is ... else {"input": ITEMS[item]}
    found = await ask(schema, text, {"list": lambda _info, **arguments: repr(arguments)}, **given)
    is_wrong = (
        item == "wrong" or (item in ("absent", "null") and kind[-1] == "!") or (item == "with a null" and "g!" in kind)
    )
    expected = {"input": ["a"]} if item == "one" else given
    assert found.data == (None if is_wrong else {"list": repr(expected)})
    assert (found.by == "graphql-core") == is_wrong


async def test_selections_of_fragments_side_by_side_are_merged_at_every_depth() -> None:
    schema = build_schema("type Query { a: Int b: Int c: Int deep: Query }")
    root: Any = {"a": 1, "b": 2, "c": 3}
    root["deep"] = {**root, "deep": root}
    text = """{ a ...F ...G } fragment F on Query { b deep { b deeper: deep { b } } }
              fragment G on Query { c deep { c deeper: deep { c } } }"""
    expected = {"a": 1, "b": 2, "deep": {"b": 2, "deeper": {"b": 2, "c": 3}, "c": 3}, "c": 3}
    found = await ask(schema, text, root)
    assert (found.data, found.by) == (expected, "compiled")
    assert list(found.data) == list(expected)
