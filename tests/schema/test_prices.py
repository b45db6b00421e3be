"""What operations cost, before and after they run."""

from typing import Any

import pytest
from graphql import get_operation_ast, parse, validate

from schema.prices import Bill, bill
from tests.api.toy import schema

GRAPH = schema._schema


def billed(text: str) -> Bill:
    document = parse(text)
    assert validate(GRAPH, document) == []
    operation = get_operation_ast(document)
    assert operation is not None
    return bill(GRAPH, document, operation)


def price(text: str, **variables: Any) -> int:
    return billed(text).requested(variables)


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("{ hello __typename }", 0),
        ("{ viewer { name } }", 1),
        ("{ posts(first: 3) { nodes { id } } }", 1 + 3),
        ("{ posts(last: 3) { nodes { id } } }", 1 + 3),
        ("{ posts { nodes { id } } }", 1 + 20),
        ("{ posts(first: null) { nodes { id } } }", 1 + 20),
        ("{ posts(first: null, last: 100) { nodes { id } } }", 1 + 100),
        ("{ posts(last: 100, first: null) { nodes { id } } }", 1 + 100),
        ("{ posts(first: 3) { edges { cursor node { id author { name } } } pageInfo { endCursor } } }", 1 + 3 * 2),
        ("{ posts(first: 3) { nodes { id } edges { node { id } } } }", 1 + 3 + 3),
        ("{ posts(first: 3) { pageInfo { endCursor } } }", 1),
        ("{ posts(first: 3) { nodes { comments(first: 5) { nodes { author { name } } } } } }", 1 + 3 * (1 + 1 + 5 * 2)),
        ("{ authors { name } }", 10),
        ('{ nodes(ids: ["a", "b", "c"]) { id } }', 3),
        ("{ posts(first: 1) { nodes { reactors { name } } } }", 1 + 1 + 3),
        ("{ posts(first: 2) { nodes { summary } } }", 1 + 2 * (1 + 7)),
        ('mutation { write(text: "x") { author { name } } }', 10 + 1),
        ('mutation { signIn(password: "x") }', 0),
        ("subscription { waiting { author { name } } }", 10 + 1),
        ("{ __schema { types { name } } }", 100),
        ('{ __type(name: "Post") { fields { name } } }', 10),
    ],
)
def test_the_price_follows_the_formula(text: str, cost: int) -> None:
    assert price(text) == cost


def test_variables_decide_how_large_pages_and_lists_are() -> None:
    text = "query ($n: Int = 4, $ids: [ID!]!) { posts(first: $n) { nodes { id } } nodes(ids: $ids) { id } }"
    assert price(text, ids=["a", "b"]) == 1 + 4 + 2
    assert price(text, n=7, ids=["a"]) == 1 + 7 + 1
    assert price(text, n=None, ids=[]) == 1 + 20


def test_a_null_beside_the_page_size_hides_nothing() -> None:
    text = "query ($n: Int, $m: Int) { posts(first: $n, last: $m) { nodes { id } } }"
    assert price(text, n=None, m=100) == price(text, n=100, m=None) == 1 + 100
    assert price(text.replace("$n: Int,", "").replace("$n", "null"), m=100) == 1 + 100


def test_fragments_cost_the_same_as_what_is_in_them() -> None:
    spread = """
        query ($n: Int) { posts(first: $n) { ...Page } }
        fragment Page on PostConnection { nodes { ...Card comments(first: $n) { ...Page2 } } }
        fragment Page2 on PostConnection { nodes { ...Card } }
        fragment Card on Post { id author { name } }
    """
    assert price(spread, n=3) == 1 + 3 * (1 + 1 + 1 + 3 * 2)


def test_a_page_larger_than_any_page_is_priced_as_the_largest() -> None:
    assert price("{ posts(first: 1000000000) { nodes { id } } }") == 1 + 100
    assert price("query ($n: Int) { posts(first: $n) { nodes { id } } }", n=2**40) == 1 + 100
    assert price("query ($n: Int) { posts(first: $n) { nodes { id } } }", n=-5) == 1


def test_what_came_back_is_counted_and_never_exceeds_what_was_asked() -> None:
    found = billed("{ p: posts(first: 50) { nodes { id author { name } reactors { name } summary } } }")
    post = {"id": "1", "author": {"name": "a"}, "reactors": [{"name": "b"}], "summary": "s"}
    requested = found.requested({})
    assert requested == 1 + 50 * (1 + 1 + 3 + 7)
    assert found.actual({"p": {"nodes": [post, post]}}, requested) == 1 + 2 * (1 + 1 + 1 + 7)
    assert found.actual({"p": None}, requested) == 1
    assert found.actual(None, requested) == requested
    assert found.actual({"p": {"nodes": [post] * 100}}, requested) == requested


def test_an_object_asked_for_twice_is_counted_once_in_what_came_back() -> None:
    found = billed("{ viewer { name } ...F } fragment F on Query { viewer { posts(first: 1) { nodes { id } } } }")
    assert found.requested({}) == 1 + 1 + 1 + 1
    assert found.actual({"viewer": {"name": "a", "posts": {"nodes": [{"id": "1"}]}}}, 4) == 3


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("{ hello posts { nodes { id author { name } } } }", True),
        ("{ viewer { name } }", False),
        ("{ posts { nodes { ...F } } } fragment F on Post { viewerCanEdit }", False),
        ("{ __schema { types { name } } }", False),
    ],
)
def test_what_depends_on_the_viewer_is_not_public(text: str, public: bool) -> None:
    assert billed(text).is_public is public
