"""A relation is declared once for a level: one call for a list of parents, whatever asks for it."""

from collections import Counter
from typing import Annotated

import pytest
import strawberry

from schema.context import Context, Info
from schema.execution.levels import LEVEL, Level, level

CALLS: Counter[str] = Counter()


@strawberry.type
class Leaf:
    """A parent with relations of every kind."""

    number: int

    @level(description="The next number.")
    async def following(leaves: list["Leaf"], info: Info) -> list["Leaf"]:
        CALLS["following"] += 1
        return [Leaf(number=leaf.number + 1) for leaf in leaves]

    @level(description="Numbers around it.")
    async def around(
        leaves: list["Leaf"],
        *,
        width: Annotated[int, strawberry.argument(description="How far.")] = 1,
    ) -> list[list[int]]:
        CALLS["around"] += 1
        return [list(range(leaf.number - width, leaf.number + width + 1)) for leaf in leaves]

    @level(description="Half of it.")
    async def half(leaves: list["Leaf"]) -> list[int | None]:
        return [leaf.number // 2 if leaf.number % 2 == 0 else ValueError("odd") for leaf in leaves]  # type: ignore[misc]

    @level(description="A broken promise.")
    async def short(leaves: list["Leaf"]) -> list[int]:
        return [1]


@strawberry.type
class Query:
    """The way in."""

    @strawberry.field
    def leaves(self) -> list[Leaf]:
        return [Leaf(number=n) for n in range(4)]


SCHEMA = strawberry.Schema(Query)


@pytest.fixture(autouse=True)
def no_calls() -> None:
    CALLS.clear()


async def ask(document: str) -> tuple[dict | None, list[str]]:
    result = await SCHEMA.execute(document, context_value=Context())
    return result.data, [error.message for error in result.errors or []]


async def test_a_level_is_one_call_however_many_parents() -> None:
    data, _ = await ask("{ leaves { following { number following { number } } } }")
    assert data
    assert [leaf["following"]["following"]["number"] for leaf in data["leaves"]] == [2, 3, 4, 5]
    assert CALLS == {"following": 2}


async def test_other_arguments_are_another_call() -> None:
    data, _ = await ask("{ leaves { around a: around(width: 2) b: around(width: 2) } }")
    assert data
    assert data["leaves"][0] == {"around": [-1, 0, 1], "a": [-2, -1, 0, 1, 2], "b": [-2, -1, 0, 1, 2]}
    assert CALLS == {"around": 2}


async def test_one_parents_error_leaves_the_others_alone() -> None:
    data, errors = await ask("{ leaves { half } }")
    assert data == {"leaves": [{"half": 0}, {"half": None}, {"half": 1}, {"half": None}]}
    assert errors == ["odd", "odd"]


async def test_a_level_that_answers_for_too_few_is_an_error() -> None:
    _, errors = await ask("{ leaves { short } }")
    assert errors
    assert "returned 1 values for 4 parents" in errors[0]


def test_the_declaration_is_found_on_the_field_for_other_executors() -> None:
    declared = {
        field.python_name: field.metadata[LEVEL]
        for field in Leaf.__strawberry_definition__.fields
        if LEVEL in field.metadata
    }
    assert set(declared) == {"following", "around", "half", "short"}
    assert all(isinstance(one, Level) for one in declared.values())


def test_a_level_that_does_not_return_a_list_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="one value per parent"):

        @level(description="Wrong.")
        async def wrong(leaves: list[Leaf]) -> int:
            return 1


def test_a_level_that_is_no_coroutine_function_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="async def"):

        @level(description="Wrong.")
        def wrong(leaves: list[Leaf]) -> list[int]:  # type: ignore[misc]
            return [1]
