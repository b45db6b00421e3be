"""Asking the served graph in the process of the test: no HTTP, every resolver, a real database."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import DocumentNode, ExecutionResult, GraphQLError, OperationDefinitionNode, get_operation_ast, parse
from graphql import validate as mistakes_in

from community.access.policy import ANONYMOUS, Actor
from community.kernel.errors import HourglassError
from community.settings import settings
from schema.context import Context
from schema.execution.executor import Executor
from schema.nodes import encode_id
from schema.root import schema


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the data, and the errors that the domain raised, by their classes."""

    data: dict[str, Any] | None
    errors: list[Exception]

    @property
    def only(self) -> Any:
        """The value of the operation's one root field. Fails when there were errors."""
        assert not self.errors, self.errors
        assert self.data
        (value,) = self.data.values()
        return value

    @property
    def refusals(self) -> list[type[Exception]]:
        """The classes of the errors."""
        return [type(error) for error in self.errors]


async def ask(document: str, *, actor: Actor = ANONYMOUS, locale: str = "en", **variables: Any) -> Answer:
    """Run one operation as `actor`."""
    context = Context(actor=actor, locale=locale, address="192.0.2.1", user_agent="test")
    result = await _run(document, variables, context)
    errors = [error.original_error or error for error in result.errors or []]
    for error in errors:
        if not isinstance(error, HourglassError) and error not in (result.errors or []):
            raise error  # a fault of ours: show its own traceback
    return Answer(result.data, errors)


def member_id(actor: Actor) -> str:
    """The opaque id of the member who is acting."""
    assert actor.member_id
    return encode_id("Member", actor.member_id)


async def _run(text: str, variables: dict[str, Any], context: Context) -> ExecutionResult:
    try:
        document, operation = _read(text)
    except GraphQLError as mistake:
        return ExecutionResult(None, [mistake])
    return await _executor().run(document, operation, variables, context)


@cache
def _executor() -> Executor:
    """As the server has one."""
    return Executor(schema(), compiles=settings().executor == "compiled")


@cache
def _read(text: str) -> tuple[DocumentNode, OperationDefinitionNode]:
    document = parse(text)
    for mistake in mistakes_in(schema()._schema, document):
        raise mistake
    operation = get_operation_ast(document)
    assert operation, "one operation is asked at a time"
    return document, operation
