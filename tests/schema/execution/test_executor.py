"""The compiled executor: one call for a level, nothing twice, the same said to resolvers, and all within bounds."""

import asyncio
import gc
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from random import Random
from typing import Any

import pytest
import strawberry
from graphql import build_schema, parse

from schema.execution import generating, plans
from schema.execution.executor import Executor
from schema.execution.levels import level
from schema.execution.plans import Plans
from schema.execution.running import MAX_FIELDS_AT_ONCE
from tests.oracle.strawberry_toy import SCHEMA as TOY
from tests.oracle.toys import CoreToy, StrawberryToy
from tests.schema.execution.asking import Context, ask, plan, read

CALLS: Counter[str] = Counter()


@strawberry.type
class Leaf:
    """A parent with levels."""

    number: int

    @level(description="The next one.")
    async def following(leaves: list["Leaf"], info: strawberry.Info) -> list["Leaf"]:
        CALLS["following"] += 1
        await asyncio.sleep(0)
        return [Leaf(number=leaf.number + 1) for leaf in leaves]

    @level(description="Sums.")
    async def plus(leaves: list["Leaf"], *, by: int = 1) -> list[int]:
        CALLS[f"plus {by}"] += 1
        return [leaf.number + by for leaf in leaves]

    @level(description="Fails for odd ones.")
    async def half(leaves: list["Leaf"]) -> list[int | None]:
        CALLS["half"] += 1
        return [leaf.number // 2 if leaf.number % 2 == 0 else ValueError("odd") for leaf in leaves]  # type: ignore[misc]

    @level(description="Fails for all.")
    async def never(leaves: list["Leaf"]) -> list[int | None]:
        CALLS["never"] += 1
        raise RuntimeError("never")

    @strawberry.field
    def must(self) -> int:
        raise RuntimeError("must not be null")

    @strawberry.field
    async def told(self, info: strawberry.Info, number: int = 1) -> str:
        CALLS["told"] += 1
        path = [*info.path.as_list(), info.path.typename]
        selected = [field.name for field in info.selected_fields]
        return (
            f"{info.field_name} {path} {selected} {info.variable_values} {info.return_type} {info.operation.name.value}"
        )


@strawberry.type
class Query:
    @strawberry.field
    async def leaves(self, info: strawberry.Info, count: int = 3) -> list[Leaf]:
        CALLS["leaves"] += 1
        return [Leaf(number=number) for number in range(count)]

    @strawberry.field
    def first(self) -> Leaf:
        return Leaf(number=10)


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def grow(self, number: int) -> Leaf:
        CALLS[f"grow {number}"] += 1
        return Leaf(number=number)

    @strawberry.mutation
    async def refuse(self) -> Leaf:
        raise RuntimeError("refused")


SCHEMA = strawberry.Schema(Query, Mutation)
GRAPH = SCHEMA._schema


@pytest.fixture(autouse=True)
def no_calls() -> None:
    CALLS.clear()


async def run(text: str, executor: Executor | None = None, **variables: Any) -> Any:
    executor = executor or Executor(GRAPH)
    document, operation = read(GRAPH, text)
    return await executor.run(document, operation, variables, Context({}))


async def test_a_level_is_one_call_for_all_places_that_ask_for_it_at_once() -> None:
    text = "{ leaves { following { number } again: following { plus } } first { following { number } } }"
    assert (await run(text)).errors is None
    assert CALLS == {"leaves": 1, "following": 1, "plus 1": 1}


async def test_arguments_that_are_the_same_are_one_call() -> None:
    result = await run("query ($n: Int!) { leaves { a: plus b: plus(by: $n) c: plus(by: 2) } }", n=2)
    assert result.data["leaves"][1] == {"a": 2, "b": 3, "c": 3}
    assert CALLS == {"leaves": 1, "plus 1": 1, "plus 2": 1}


async def test_a_level_of_nothing_is_not_called() -> None:
    assert (await run("{ leaves(count: 0) { following { number } } }")).data == {"leaves": []}
    assert CALLS == {"leaves": 1}


async def test_what_was_resolved_before_an_error_is_not_resolved_again() -> None:
    result = await run("query Q { leaves { plus half told following { never } } first { plus } }")
    assert [error.message for error in result.errors] == ["odd", "never", "never", "never"]
    assert result.data["leaves"][1]["half"] is None
    assert CALLS == {"leaves": 1, "plus 1": 1, "half": 1, "told": 3, "following": 1, "never": 1}


ONE_ERROR: list[tuple[str, Any, list[list[Any]]]] = [
    ("{ first { following { half } number } }", {"first": {"following": {"half": None}, "number": 10}},
     [["first", "following", "half"]]),
    ("{ leaves(count: 2) { number half } }", {"leaves": [{"number": 0, "half": 0}, {"number": 1, "half": None}]},
     [["leaves", 1, "half"]]),
    ("{ leaves(count: 1) { following { never } } first { number } }",
     {"leaves": [{"following": {"never": None}}], "first": {"number": 10}}, [["leaves", 0, "following", "never"]]),
    ("mutation { refuse { number } }", None, [["refuse"]]),
    ("mutation { grow(number: 1) { number } refuse { number } }", None, [["refuse"]]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "data", "paths"), ONE_ERROR)
async def test_one_error_is_told_by_compiled_code_itself(text: str, data: Any, paths: Any) -> None:
    found = await ask(GRAPH, text)
    assert (found.data, found.paths, found.by) == (data, paths, "compiled")


SEVERAL_ERRORS = [
    "{ leaves { half never } }",
    "{ leaves(count: 4) { half } }",
    "{ first { following { must } } }",
    "{ leaves(count: 1) { following { never half } } first { never } }",
]


@pytest.mark.parametrize("text", SEVERAL_ERRORS)
async def test_several_errors_and_nulls_that_spread_are_told_by_graphql_core(text: str) -> None:
    found = await ask(GRAPH, text)
    assert found.errors
    assert found.by == "both"


async def test_a_mutations_effect_happens_once_whatever_fails_below_it() -> None:
    result = await run("mutation { a: grow(number: 1) { half } b: grow(number: 3) { following { never } } }")
    assert [error.path for error in result.errors] == [["a", "half"], ["b", "following", "never"]]
    assert CALLS["grow 1"] == CALLS["grow 3"] == 1


async def test_resolvers_are_told_what_graphql_core_tells_them() -> None:
    text = "query Q($n: Int!) { leaves { a: told(number: $n) following { told } } }"
    data = (await ask(GRAPH, text, n=4)).data
    assert data["leaves"][2]["following"]["told"] == (
        "told ['leaves', 2, 'following', 'told', 'Leaf'] ['told'] {'n': 4} <class 'str'> Q"
    )


async def test_one_that_was_cancelled_takes_everything_it_waits_for_with_it() -> None:
    stopped: list[str] = []

    async def forever(_info: Any) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            stopped.append("stopped")
            raise

    schema = build_schema("type Query { a: Int b: Int }")
    document, operation = read(schema, "{ a b }")
    task = asyncio.create_task(Executor(schema).run(document, operation, {}, None, {"a": forever, "b": forever}))
    for _ in range(3):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert stopped == ["stopped", "stopped"]


async def test_what_never_had_to_be_waited_for_needs_no_task_until_it_has() -> None:
    waits, own = iter([False, False, True, False]), asyncio.current_task()
    tasks: list[bool] = []

    async def sometimes(_info: Any) -> int:
        tasks.append(asyncio.current_task() is own)
        if next(waits):
            await asyncio.sleep(0)
        return 1

    async def always(_info: Any) -> int:
        await asyncio.sleep(0)
        return 2

    schema = build_schema("type Query { a: Int b: Int }")
    document, operation = read(schema, "{ a b }")
    executor = Executor(schema)
    for _ in range(4):
        result = await executor.run(document, operation, {}, None, {"a": always, "b": sometimes})
        assert result.data == {"a": 2, "b": 1}
    assert tasks == [False, True, True, False]


async def test_an_operation_is_compiled_once_for_each_answer_to_its_conditions() -> None:
    executor = Executor(GRAPH)
    document, operation = read(GRAPH, "query ($a: Boolean!) { first { number @include(if: $a) plus } }")
    seen = set()
    for value in (True, False, True, False):
        await executor.run(document, operation, {"a": value}, Context({}))
        found = executor.plans.of(document, operation)
        seen.add(id(found.variant(found.variables.coerced({"a": value}))))
    assert len(seen) == 2
    assert executor.figures.compiled == 4


async def test_compiling_takes_time_once() -> None:
    executor = Executor(GRAPH)
    document, operation = read(GRAPH, "query ($a: Boolean!) { first { number plus @skip(if: $a) } }")
    taken = []
    for value in (True, True, False, False):
        await executor.run(document, operation, {"a": value}, Context({}))
        taken.append(executor.figures.compile_seconds)
    assert 0 < taken[0] == taken[1] < taken[2] == taken[3]


async def test_more_answers_than_are_compiled_are_left_to_graphql_core() -> None:
    executor = Executor(GRAPH)
    names = [f"b{number}" for number in range(5)]
    fields = " ".join(f"{name}: number @include(if: ${name})" for name in names)
    document, operation = read(
        GRAPH, f"query ({' '.join(f'${name}: Boolean!' for name in names)}) {{ first {{ {fields} }} }}"
    )
    for number in range(32):
        variables = {name: bool(number >> bit & 1) for bit, name in enumerate(names)}
        result = await executor.run(document, operation, variables, Context({}))
        assert result.data == {"first": {name: 10 for name in names if variables[name]}}
    assert (executor.figures.compiled, executor.figures.reference) == (plans.MAX_VARIANTS, 32 - plans.MAX_VARIANTS)


async def test_an_operation_that_is_too_large_is_left_to_graphql_core() -> None:
    fields = " ".join(f"a{number}: number" for number in range(plans.MAX_FIELDS + 1))
    found = await ask(GRAPH, f"{{ first {{ {fields} }} }}")
    assert (len(found.data["first"]), found.by) == (plans.MAX_FIELDS + 1, "both")


async def test_many_documents_leave_no_more_behind_than_some() -> None:
    # 10,000 leave as much as these; only that they take longer.
    executor = Executor(GRAPH)
    executor.plans = Plans(GRAPH, executor.figures, max_plans=50)
    left: list[int] = []
    for number in range(2_000):
        document = parse(f"{{ first {{ a{number}: number }} }}", no_location=True)
        operation: Any = document.definitions[0]
        await executor.run(document, operation, {}, Context({}))
        if number in (200, 1_999):
            gc.collect()
            left.append(len(gc.get_objects()))
    assert (len(executor.plans), executor.figures.forgotten) == (50, 1_950)
    assert left[1] < left[0] * 1.01


async def test_code_is_remembered_by_shape_and_within_bounds() -> None:
    generating._compiled.cache_clear()
    for number in range(20):
        await ask(GRAPH, f"{{ first {{ a{number}: number b: plus(by: {number}) }} }}")
    # The root, the leaf, and how a column of numbers is written.
    assert generating._compiled.cache_info().currsize == 3
    wide = " ".join(f"a{number}: number" for number in range(generating.MAX_SOURCE // 20))
    assert (await ask(GRAPH, f"{{ first {{ {wide} }} }}")).by != "graphql-core"
    assert generating._compiled.cache_info().currsize == 3


async def test_plans_take_no_more_bytes_than_they_may() -> None:
    executor = Executor(GRAPH)
    executor.plans = Plans(GRAPH, max_bytes=100_000)
    for number in range(50):
        document, operation = read(GRAPH, f"{{ first {{ a{number}: number plus following {{ number }} }} }}")
        await executor.run(document, operation, {}, Context({}))
    assert 1 < len(executor.plans) < 50
    assert executor.plans.bytes <= 100_000


HOSTILE = [
    "import",
    "None",
    "__class__",
    "select",
    "run",
    "rows",
    "objects",
    "place",
    "k0",
    "c0",
    "exec",
    "_",
    "x" * 5000,
]
NASTY = [
    '"""', "\\", "\\\\", "'); raise SystemExit; ('", "\n    import os\n", "{k0}", "%s", "\u2028", "💥", "\x7f", "𝒳",
    "'" * 99,
]  # fmt: skip


OUR_WORDS = re.compile(
    r"(def select|run|objects|place|rows|row|each|append|each\.number|ask|later|levels|zip|Below|type|is|not|and"
    r"|int|str|for|if|in|return|None|-?[0-9]+|[kcbxvwstefn][0-9]+|[][(){}<,:=. \n])+"
)


def sources(found: plans.Plan, **variables: Any) -> Iterator[str]:
    """All that is generated for an operation, of which every word is ours."""
    pending = list(found.variant(found.variables.coerced(variables)).steps)
    while pending:
        selection = pending.pop()
        assert OUR_WORDS.fullmatch(selection.source)
        yield selection.source
        for field in selection.fields:
            named = field.definition.type
            while hasattr(named, "of_type"):
                named = named.of_type
            if hasattr(named, "fields"):
                pending.append(field.compiled(named, found.variables.coerced(variables)))


@pytest.mark.parametrize("name", HOSTILE)
async def test_no_name_of_a_client_reaches_the_source(name: str) -> None:
    text = f"query {name}(${name}: Int!) {{ {name}: leaves(count: ${name}) {{ {name}: plus(by: ${name}) }} }}"
    assert (await ask(GRAPH, text, **{name: 1})).data == {name: [{name: 1}]}
    plain = "query Q($v: Int!) { a: leaves(count: $v) { a: plus(by: $v) } }"
    assert [*sources(plan(GRAPH, text), **{name: 1})] == [*sources(plan(GRAPH, plain), v=1)]


@pytest.mark.parametrize("value", NASTY)
async def test_no_text_of_a_client_reaches_the_source(value: str) -> None:
    schema = build_schema("type Query { echo(text: String!): String! }")
    root = {"echo": lambda _info, text: text}
    escaped = "".join(f"\\u{{{ord(each):x}}}" for each in value)
    literal = f'{{ echo(text: "{escaped}") }}'
    assert (await ask(schema, literal, root)).data == {"echo": value}
    assert (await ask(schema, "query ($t: String!) { echo(text: $t) }", root, t=value)).data == {"echo": value}
    assert [*sources(plan(schema, literal))] == [*sources(plan(schema, '{ echo(text: "a") }'))]


@pytest.mark.parametrize("number", ["0", "-0", "2147483647", "1e400", "9" * 400])
async def test_no_number_of_a_client_reaches_the_source(number: str) -> None:
    schema = build_schema("type Query { echo(ratio: Float): String }")
    root = {"echo": lambda _info, ratio: repr(ratio)}
    text = f"{{ echo(ratio: {number}) }}"
    await ask(schema, text, root)
    assert [*sources(plan(schema, text))] == [*sources(plan(schema, "{ echo(ratio: 1) }"))]


async def test_of_a_large_operation_each_run_compiles_a_part_until_all_is_compiled() -> None:
    # Counted, not timed: nobody waits for more fields than these, whatever the machine does besides.
    width = 40
    leaf = " ".join(f"a{number}: number" for number in range(width))
    document, operation = read(GRAPH, f"{{ {' '.join(f'l{number}: first {{ {leaf} }}' for number in range(10))} }}")
    executor, compiled = Executor(GRAPH), [10]
    while not executor.figures.compiled:
        result = await executor.run(document, operation, {}, Context({}))
        assert list(result.data["l9"]) == [f"a{number}" for number in range(width)]
        found = executor.plans.of(document, operation)
        compiled.append(found.variant(found.variables.coerced({})).fields)
    most = max(after - before for before, after in pairwise(compiled))
    assert MAX_FIELDS_AT_ONCE < most <= MAX_FIELDS_AT_ONCE + width
    assert executor.figures.completed == 2
    assert compiled[-1] == 10 + 10 * width


@pytest.mark.filterwarnings("ignore:.*was never awaited", "ignore::pytest.PytestUnraisableExceptionWarning")
async def test_random_documents_are_answered_as_by_graphql_core() -> None:
    for toy, number in ((CoreToy(Random(3)), 80), (StrawberryToy(Random(4)), 80)):
        await toy.compare(number)
        report = toy.oracle.report
        assert report.differences == []
        assert report.with_errors > number / 50
        assert report.kinds["compiled"] > number / 5
        assert set(report.left_alone) <= {"__schema is about the schema itself", "__type is about the schema itself"}


async def test_what_looks_unusual_is_compiled_all_the_same() -> None:
    text = """{ beings { __typename
        ... on Cat { lives prey { size hunter { name } } } ... on Human { box { size items } } } }"""
    found = await ask(TOY._schema, text)
    assert found.by == "compiled"
