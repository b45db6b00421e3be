"""What the specification says of execution, as graphql-core's own tests have it: compiled code answers the same."""

from typing import Any

import pytest
from graphql import build_schema

from tests.schema.execution.asking import ask, ask_both

SCHEMA = build_schema("""
    interface Named { name: String! }
    interface Pet implements Named { name: String! age: Int }
    type Dog implements Named & Pet { name: String! age: Int barks: Boolean! owner: Person }
    type Cat implements Named & Pet { name: String! age: Int meows: Boolean friends: [Pet!] }
    type Person implements Named { name: String! pets: [Pet] home: Home! mayHome: Home }
    type Home { rooms: [Int!]! grid: [[Int]!] must: String! may: String sync: [[String!]!]! }
    union Any = Dog | Cat | Person
    enum Size { SMALL LARGE }
    input Shape { size: Size! = SMALL, weight: Float, tags: [String!], inner: Shape }
    type Query {
      person: Person everything: [Any] pets: [Pet!] mustPets: [Pet!]! home: Home mustHome: Home!
      echo(text: String, number: Int = 7, list: [Int!], shape: Shape, size: Size, id: ID): String
      required(text: String!): String
    }
    type Mutation { add(number: Int!): Int! fail(number: Int!): Int mustFail(number: Int!): Int! }
""")


async def answer(text: str, root: Any = None, **variables: Any) -> Any:
    """The data, where there are no errors."""
    found = await ask(SCHEMA, text, root, **variables)
    assert found.errors == []
    assert found.by == "compiled"
    return found.data


def dog(**more: Any) -> dict[str, Any]:
    return {"__typename": "Dog", "name": "Rex", "age": 3, "barks": True, **more}


def cat(**more: Any) -> dict[str, Any]:
    return {"__typename": "Cat", "name": "Tom", "age": None, "meows": None, **more}


async def later(value: Any) -> Any:
    if isinstance(value, Exception):
        raise value
    return value


def echo(_info: Any, **arguments: Any) -> str:
    return repr(arguments)


async def test_keys_come_in_the_order_they_are_first_asked_for() -> None:
    text = "{ person { ...F b: name name } } fragment F on Person { c: name b: name }"
    assert list((await answer(text, {"person": {"name": "Ada"}}))["person"]) == ["c", "b", "name"]


async def test_fields_that_are_asked_for_twice_are_merged() -> None:
    text = "{ person { home { rooms } } ... { person { home { must } name } } }"
    root = {"person": {"name": "Ada", "home": {"rooms": [1, 2], "must": "x"}}}
    assert await answer(text, root) == {"person": {"home": {"rooms": [1, 2], "must": "x"}, "name": "Ada"}}


async def test_objects_of_an_interface_are_split_by_their_type() -> None:
    text = "{ pets { __typename name ... on Dog { barks } ... on Cat { meows } ... on Named { n: name } } }"
    data = await answer(text, {"pets": [dog(), cat(), dog(name="Bo")]})
    assert [list(pet) for pet in data["pets"]] == [
        ["__typename", "name", "barks", "n"],
        ["__typename", "name", "meows", "n"],
        ["__typename", "name", "barks", "n"],
    ]
    assert [pet["name"] for pet in data["pets"]] == ["Rex", "Tom", "Bo"]


async def test_an_interface_of_an_interface_is_a_condition_too() -> None:
    text = "{ everything { ... on Pet { age } ... on Person { name } } }"
    root = {"everything": [dog(), {"__typename": "Person", "name": "Ada"}, None]}
    assert await answer(text, root) == {"everything": [{"age": 3}, {"name": "Ada"}, None]}


async def test_lists_in_lists_keep_their_shape() -> None:
    text = "{ home { grid } }"
    assert await answer(text, {"home": {"grid": [[1, None], [], [2]]}}) == {"home": {"grid": [[1, None], [], [2]]}}


@pytest.mark.parametrize("collection", [(1, 2), {1: "a", 2: "b"}.keys(), range(1, 3), frozenset((1, 2))])
async def test_any_collection_is_a_list(collection: Any) -> None:
    assert await answer("{ home { rooms } }", {"home": {"rooms": collection}}) == {"home": {"rooms": [1, 2]}}


@pytest.mark.parametrize("make", [lambda: iter([1, 2]), lambda: (n for n in (1, 2))])
async def test_what_can_be_read_once_is_read_once(make: Any) -> None:
    class Root:
        def home(self, _info: Any) -> Any:
            return {"rooms": make()}

    found = await ask(SCHEMA, "{ home { rooms } }", Root())
    assert (found.data, found.by) == ({"home": {"rooms": [1, 2]}}, "both")


@pytest.mark.parametrize("text", ["abc", b"abc", {"a": 1}, 7])
async def test_what_is_no_list_is_an_error(text: Any) -> None:
    found = await ask(SCHEMA, "{ home { rooms } }", {"home": {"rooms": text}})
    assert found.messages == ["Expected Iterable, but did not find one for field 'Home.rooms'."]
    assert found.data == {"home": None}


BUBBLES: list[tuple[str, Any, Any, list[list[Any]]]] = [
    ("{ home { may must } }", {"home": {"may": None, "must": None}}, {"home": None}, [["home", "must"]]),
    ("{ mustHome { must } }", {"mustHome": {"must": None}}, None, [["mustHome", "must"]]),
    ("{ mustHome { must } }", {"mustHome": None}, None, [["mustHome"]]),
    ("{ home { rooms } }", {"home": {"rooms": [1, None]}}, {"home": None}, [["home", "rooms", 1]]),
    ("{ home { grid } }", {"home": {"grid": [[1], None]}}, {"home": {"grid": None}}, [["home", "grid", 1]]),
    ("{ pets { name } }", {"pets": [dog(), dog(name=None)]}, {"pets": None}, [["pets", 1, "name"]]),
    ("{ person { home { must } mayHome { must } } }", {"person": {"home": {"must": "x"}, "mayHome": {}}},
     {"person": {"home": {"must": "x"}, "mayHome": None}}, [["person", "mayHome", "must"]]),
    ("{ home { sync } person { home { must } } }",
     {"home": {"sync": [["a"], [None]]}, "person": {"home": {}}}, {"home": None, "person": None},
     [["home", "sync", 1, 0], ["person", "home", "must"]]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "root", "data", "paths"), BUBBLES)
async def test_a_null_where_none_may_be_takes_the_nearest_nullable_parent_with_it(
    text: str, root: Any, data: Any, paths: Any
) -> None:
    found = await ask(SCHEMA, text, root)
    assert (found.data, found.paths) == (data, paths)
    assert all(message.startswith("Cannot return null for non-nullable field") for message in found.messages)


async def test_an_error_leaves_its_siblings_alone_and_says_where_it_is() -> None:
    def fails(_info: Any) -> None:
        raise RuntimeError("no room")

    found = await ask(SCHEMA, "{ person { name\n mayHome { may } } echo }", {"person": {"name": "A", "mayHome": fails}})
    assert found.data == {"person": {"name": "A", "mayHome": None}, "echo": None}
    assert found.errors == [
        {"message": "no room", "locations": [{"line": 2, "column": 2}], "path": ["person", "mayHome"]}
    ]


@pytest.mark.parametrize("value", [ValueError("bad"), later(ValueError("bad"))])
async def test_an_exception_that_is_returned_or_awaited_is_an_error(value: Any) -> None:
    class Root:
        def person(self, _info: Any) -> Any:
            return value if isinstance(value, Exception) else later(ValueError("bad"))

    found = await ask(SCHEMA, "{ person { name } }", Root())
    assert (found.data, found.messages) == ({"person": None}, ["bad"])
    if not isinstance(value, Exception):
        value.close()


async def test_items_that_come_later_are_waited_for() -> None:
    class Root:
        def pets(self, _info: Any) -> Any:
            return [later(dog()), cat()]

    found = await ask(SCHEMA, "{ pets { name } }", Root())
    assert found.data == {"pets": [{"name": "Rex"}, {"name": "Tom"}]}


@pytest.mark.parametrize("kind", [None, "Nobody", "Home", "Named", "Query"])
async def test_an_object_of_a_type_that_cannot_be_there_is_an_error(kind: str | None) -> None:
    found = await ask(SCHEMA, "{ person { pets { name } } }", {"person": {"pets": [dog(), {"__typename": kind}]}})
    assert found.data == {"person": {"pets": [{"name": "Rex"}, None]}}
    assert found.paths == [["person", "pets", 1]]


async def test_skip_goes_before_include_and_both_may_ask_variables() -> None:
    text = """query ($yes: Boolean!, $no: Boolean = false) {
        a: echo @skip(if: true) @include(if: true) b: echo @include(if: $yes) c: echo @skip(if: $yes)
        d: echo @include(if: $no) ... @include(if: $yes) { e: echo } ...F @skip(if: $no) }
        fragment F on Query { f: echo @include(if: true) }"""
    assert list(await answer(text, {}, yes=True)) == ["b", "e", "f"]
    assert list(await answer(text, {}, yes=False, no=True)) == ["c", "d"]


async def test_a_fragment_that_is_skipped_once_may_be_asked_for_again() -> None:
    text = "query ($no: Boolean!) { ...F @include(if: $no) ...F @skip(if: $no) } fragment F on Query { echo }"
    assert await answer(text, {}, no=True) == await answer(text, {}, no=False) == {"echo": None}


ARGUMENTS: list[tuple[str, dict[str, Any], str]] = [
    ("{ echo }", {}, "{'number': 7}"),
    ("{ echo(number: null) }", {}, "{'number': None}"),
    ('{ echo(text: "a", list: 3, size: LARGE, id: 5) }', {},
     "{'text': 'a', 'number': 7, 'list': [3], 'size': 'LARGE', 'id': '5'}"),
    ("query ($n: Int) { echo(number: $n) }", {}, "{'number': 7}"),
    ("query ($n: Int) { echo(number: $n) }", {"n": None}, "{'number': None}"),
    ("query ($n: Int = 9) { echo(number: $n) }", {}, "{'number': 9}"),
    ("query ($n: Int!) { echo(list: [1, $n]) }", {"n": 2}, "{'number': 7, 'list': [1, 2]}"),
    ("query ($s: Shape) { echo(shape: $s) }", {"s": {"weight": 1}},
     "{'number': 7, 'shape': {'size': 'SMALL', 'weight': 1.0}}"),
    ("query ($t: String) { echo(shape: {tags: [\"a\"], inner: {}, weight: 2}, text: $t) }", {},
     "{'number': 7, 'shape': {'size': 'SMALL', 'weight': 2.0, 'tags': ['a'], 'inner': {'size': 'SMALL'}}}"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "variables", "expected"), ARGUMENTS)
async def test_arguments_are_what_the_document_and_its_variables_say(
    text: str, variables: dict[str, Any], expected: str
) -> None:
    assert await answer(text, {"echo": echo}, **variables) == {"echo": expected}


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("query ($n: Int!) { echo(number: $n) }", {}),
    ("query ($n: Int!) { echo(number: $n) }", {"n": None}),
    ("query ($n: Int!) { echo(number: $n) }", {"n": "7"}),
    ("query ($n: Int!) { echo(number: $n) }", {"n": 2**31}),
    ("query ($l: [Int!]) { echo(list: $l) }", {"l": [1, None]}),
    ("query ($s: Shape) { echo(shape: $s) }", {"s": {"unknown": 1}}),
    ("query ($s: Size) { echo(size: $s) }", {"s": "MEDIUM"}),
]


@pytest.mark.parametrize(("text", "variables"), WRONG)
async def test_wrong_variables_keep_the_operation_from_beginning(text: str, variables: dict[str, Any]) -> None:
    found = await ask(SCHEMA, text, {"echo": echo}, **variables)
    assert (found.data, found.by) == (None, "graphql-core")
    assert found.messages


async def test_a_null_for_an_argument_with_a_default_that_must_not_be_null_is_the_fields_error() -> None:
    found = await ask(SCHEMA, 'query ($t: String = "x") { required(text: $t) }', {"required": echo}, t=None)
    assert found.data == {"required": None}
    assert found.paths == [["required"]]


class Numbers:
    """What mutations change, one after the other."""

    def __init__(self) -> None:
        self.done: list[str] = []

    async def add(self, info: Any, number: int) -> int:
        self.done.append(f"begin {number}")
        await later(None)
        self.done.append(f"end {number}")
        return number

    async def fail(self, info: Any, number: int) -> int:
        self.done.append(f"fail {number}")
        raise RuntimeError("failed")

    mustFail = fail  # noqa: N815


async def test_mutations_are_done_one_after_the_other() -> None:
    roots = [Numbers(), Numbers()]
    text = "mutation { a: add(number: 1) b: add(number: 2) c: add(number: 3) }"
    assert (await ask_both(SCHEMA, text, *roots)).data == {"a": 1, "b": 2, "c": 3}
    assert roots[0].done == roots[1].done == [f"{step} {n}" for n in (1, 2, 3) for step in ("begin", "end")]


async def test_a_mutation_that_fails_is_done_once_and_those_after_it_are_done() -> None:
    roots = [Numbers(), Numbers()]
    found = await ask_both(SCHEMA, "mutation { a: add(number: 1) b: fail(number: 2) c: add(number: 3) }", *roots)
    assert (found.data, found.paths, found.by) == ({"a": 1, "b": None, "c": 3}, [["b"]], "compiled")
    assert roots[0].done == roots[1].done == ["begin 1", "end 1", "fail 2", "begin 3", "end 3"]


async def test_nothing_is_done_after_a_mutation_that_must_not_fail() -> None:
    roots = [Numbers(), Numbers()]
    found = await ask_both(SCHEMA, "mutation { a: add(number: 1) b: mustFail(number: 2) c: add(number: 3) }", *roots)
    assert (found.data, found.paths) == (None, [["b"]])
    assert roots[0].done == roots[1].done == ["begin 1", "end 1", "fail 2"]


async def test_what_asks_about_the_schema_is_left_to_graphql_core() -> None:
    found = await ask(SCHEMA, "{ __schema { queryType { name } } echo }", {"echo": echo})
    assert (found.data["__schema"], found.by) == ({"queryType": {"name": "Query"}}, "graphql-core")
