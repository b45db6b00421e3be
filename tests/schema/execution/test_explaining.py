"""A plan can be read: its functions, what each field is, and why an operation has none."""

from graphql import build_schema

from schema.execution.explaining import explained
from tests.oracle.strawberry_toy import SCHEMA
from tests.schema.execution.asking import plan


def test_a_plan_shows_functions_and_what_their_fields_are() -> None:
    text = explained(
        plan(SCHEMA._schema, "query ($yes: Boolean!) { beings { key name @include(if: $yes) score twice } }")
    )
    assert text.startswith("1 step, at once\n\nQuery at the root\n")
    for place in ("Cat at the root › beings", "Human at the root › beings"):
        assert place in text
    for said in (
        "0  key: ID!, read from .key",
        "1  name: String!, computed by Being.name",
        "2  score: Int!, one call of Being.score for the whole level",
        "3  twice: Int, a call of Being.twice for each object",
    ):
        assert said in text
    assert "    def select(run, objects, place):\n" in text


def test_a_plan_says_why_there_is_none() -> None:
    schema = build_schema("directive @fast on FIELD type Query { a: Int }")
    assert explained(plan(schema, "{ a @fast }")).startswith("Not compiled: @fast is neither @skip nor @include.")
