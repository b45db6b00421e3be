"""The documents that clients send: each works as its client expects, within its budget of SQL statements.

A document begins with what it is, who sends it, and its budget:

    # The first screen.
    # as: member
    # statements: 9

The budget is exact: a statement more is a regression, a statement less an improvement to write down. BEGIN and COMMIT
are not counted. `make budgets` writes what it measured into the documents, for a person to look at in the diff.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLList,
    GraphQLNonNull,
    OperationDefinitionNode,
    OperationType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_operation_ast,
    parse,
    visit,
)

from community.database import counting_statements
from schema.root import schema
from tests.graph import ask
from tests.operations.world import World

HERE = Path(__file__).parent
REWRITE = "REWRITE_BUDGETS" in os.environ


@dataclass(frozen=True, slots=True)
class Document:
    """One file: what it says about itself, and its text."""

    path: Path
    title: str
    sender: str
    budget: int
    text: str

    @classmethod
    def read(cls, path: Path) -> "Document":
        text = path.read_text()
        title, sender, budget, *_ = (line.removeprefix("# ") for line in text.splitlines())
        return cls(path, title, sender.removeprefix("as: "), int(budget.removeprefix("statements: ")), text)

    @property
    def operation(self) -> OperationDefinitionNode:
        operation = get_operation_ast(parse(self.text))
        assert operation
        return operation

    @property
    def root_fields(self) -> set[str]:
        return {selection.name.value for selection in self.operation.selection_set.selections}

    def variables_from(self, world: World) -> dict[str, Any]:
        names = [definition.variable.name.value for definition in self.operation.variable_definitions or ()]
        missing = set(names) - set(world.variables)
        assert not missing, f"world.py has no value for: {', '.join(sorted(missing))}"
        return {name: world.variables[name] for name in names}


DOCUMENTS = [Document.read(path) for path in sorted(HERE.glob("*/*.graphql"))]
REQUESTS = [d for d in DOCUMENTS if d.operation.operation is not OperationType.SUBSCRIPTION]


@pytest.mark.parametrize("document", REQUESTS, ids=lambda d: f"{d.path.parent.name}/{d.path.stem}")
async def test_a_document_gets_its_answer_within_its_budget(document: Document, world: World) -> None:
    variables = document.variables_from(world)
    with counting_statements() as statements:
        answer = await ask(document.text, actor=world.actors[document.sender], **variables)
    assert not answer.errors
    assert problems_in(answer.data) == []
    pages = list(pages_in(answer.data))
    empty = {path for path, _ in pages} - {path for path, size in pages if size}
    assert not empty, "a budget measured on empty pages says nothing: give the world what they show"
    if REWRITE and statements.count != document.budget:
        document.path.write_text(
            document.text.replace(f"# statements: {document.budget}\n", f"# statements: {statements.count}\n", 1)
        )
        return
    assert statements.count == document.budget, "\n".join(statements.statements)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: f"{d.path.parent.name}/{d.path.stem}")
def test_a_document_says_what_it_is_and_who_sends_it(document: Document) -> None:
    assert document.title.endswith(".")
    assert document.sender in {"anonymous", "member", "admin", "key", "partner"}


def test_every_root_field_has_a_document() -> None:
    graph = schema()._schema
    roots = (graph.query_type, graph.mutation_type, graph.subscription_type)
    fields = {name for root in roots if root for name in root.fields}
    missing = fields - set().union(*(document.root_fields for document in DOCUMENTS))
    assert missing == set(), "what an app would send for each of these is a file in tests/operations"


def test_every_connection_of_the_graph_is_paged_by_somebody() -> None:
    graph = schema()._schema
    connections = {name for name in graph.type_map if name.endswith("Connection")}
    used = {name for document in DOCUMENTS for name in connections_in(document)}
    assert connections - used == set(), "some file in tests/operations reads each of these"


def problems_in(value: Any) -> list[str]:
    """The names of the problems anywhere in an answer: results that are not payloads."""
    if isinstance(value, dict):
        own = [value["code"]] if "code" in value and "message" in value else []
        return own + [code for child in value.values() for code in problems_in(child)]
    return []


def pages_in(value: Any, path: str = "") -> Iterator[tuple[str, int]]:
    """The pages of an answer: where, and how many items are on it."""
    if isinstance(value, list):
        for child in value:
            yield from pages_in(child, path)
    elif isinstance(value, dict):
        for key, child in value.items():
            if key in ("nodes", "edges") and isinstance(child, list):
                yield path, len(child)
            yield from pages_in(child, f"{path}.{key}")


def connections_in(document: Document) -> set[str]:
    """The connection types that a document reads."""
    found: set[str] = set()
    types = TypeInfo(schema()._schema)

    class Collect(Visitor):
        def enter_field(self, *_: Any) -> None:
            kind = types.get_type()
            while isinstance(kind, GraphQLNonNull | GraphQLList):
                kind = kind.of_type
            if kind and kind.name.endswith("Connection"):
                found.add(kind.name)

    visit(parse(document.text), TypeInfoVisitor(types, Collect()))
    return found
