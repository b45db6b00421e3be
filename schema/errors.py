"""Problems: the expected failures of a mutation, as members of its result union.

    @problem(members.HandleTaken)
    class HandleTaken(Problem):
        handle: str = strawberry.field(description="The handle that somebody else has.")

The domain's error becomes this type by itself, in the caller's language; a resolver never catches anything.
"""

from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar

import strawberry

from community.kernel import errors
from community.kernel.messages import render

Kind = TypeVar("Kind", bound="type[Problem]")

EXCEPTION_HANDLERS: list["ProblemHandler"] = []
"""One per problem type, in the order of their declaration; the schema is built with them."""


@strawberry.interface(description="A rule said no. The type's name tells which one; the message is for people.")
class Problem:
    """What every problem says, so that a client can show one it has never heard of."""

    code: str = strawberry.field(description="A stable name in SCREAMING_SNAKE_CASE.")
    message: str = strawberry.field(description="What happened and what helps, in the caller's language.")


@strawberry.type(
    description="A problem that nothing has today. It is among the results of a mutation that no rule refuses yet, so"
    " that `... on Problem` is valid there from the first day, and shows what may be added."
)
class UnforeseenProblem(Problem):
    """Never told."""


class ProblemHandler:
    """Turns one domain error into its graph type. The shape is Strawberry's ExceptionHandler."""

    def __init__(self, exception_type: type[errors.Problem], error_type: type[Problem]) -> None:
        self.exception_type = exception_type
        self.error_type = error_type
        self._data = [f.name for f in fields(error_type) if f.name not in ("code", "message")]

    def handle(self, exception: errors.Problem, *, field: Any, info: Any) -> Problem:
        """The problem with its code, its message in the caller's language, and its data."""
        data = {name: getattr(exception, name) for name in self._data}
        return self.error_type(code=exception.code, message=render(exception, info.context.locale), **data)


def problem(error: type[errors.Problem], *, description: str | None = None) -> Callable[[Kind], Kind]:
    """Declare the graph type of a domain error. Its fields are read from the error by name."""

    def declare(graph_type: Kind) -> Kind:
        text = description or (error.__doc__ or "").strip().split("\n")[0]
        typed = strawberry.type(graph_type, description=text)
        EXCEPTION_HANDLERS.append(ProblemHandler(error, typed))
        return typed

    return declare


@problem(errors.InvalidReason)
class InvalidReason(Problem):
    """Declared here, as every area has decisions that are explained."""

    max_length: int = strawberry.field(description="How many characters a reason may have.")


def inside(found: errors.Problem, info: Any) -> Any:
    """A problem inside an answer, rather than instead of one: the member of the union of those that are expected."""
    handler = next(each for each in EXCEPTION_HANDLERS if type(found) is each.exception_type)
    return handler.handle(found, field=None, info=info)
