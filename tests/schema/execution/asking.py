"""Asking a schema twice, compiled and by graphql-core, for tests that say what the answer is."""

from dataclasses import dataclass
from typing import Any

from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode, get_operation_ast, parse, validate

from schema.execution.executor import Executor
from schema.execution.plans import Plan


@dataclass
class Context:
    """What levels need of one."""

    loaders: dict[Any, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and who gave it."""

    data: Any
    errors: list[dict[str, Any]]
    by: str

    @property
    def messages(self) -> list[str]:
        """What the errors say."""
        return [error["message"] for error in self.errors]

    @property
    def paths(self) -> list[list[Any]]:
        """Where the errors are."""
        return [error["path"] for error in self.errors]


def read(schema: GraphQLSchema, text: str) -> tuple[DocumentNode, OperationDefinitionNode]:
    """A valid document and its one operation."""
    document = parse(text)
    assert validate(schema, document) == []
    operation = get_operation_ast(document)
    assert operation
    return document, operation


async def ask(schema: GraphQLSchema, text: str, root: Any = None, **variables: Any) -> Answer:
    """The answer of compiled code, which has to be that of graphql-core."""
    return await ask_both(schema, text, root, root, **variables)


async def ask_both(schema: GraphQLSchema, text: str, root: Any, other_root: Any, **variables: Any) -> Answer:
    """The same where each way has a root of its own."""
    document, operation = read(schema, text)
    compiled, reference = Executor(schema), Executor(schema, compiles=False)
    result = await compiled.run(document, operation, variables, Context({}), root)
    expected = await reference.run(document, operation, variables, Context({}), other_root)
    errors = [error.formatted for error in result.errors or []]
    assert repr(result.data) == repr(expected.data)
    assert errors == [error.formatted for error in expected.errors or []]
    figures = compiled.figures
    by = "compiled" if figures.compiled else "both" if figures.completed else "graphql-core"
    return Answer(result.data, errors, by)


def plan(schema: GraphQLSchema, text: str) -> Plan:
    """The plan of an operation that nobody has run."""
    document, operation = read(schema, text)
    return Plan(schema, document, operation)
