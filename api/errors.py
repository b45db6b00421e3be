"""Errors as clients see them: a code, a message in their language, and nothing from inside."""

from typing import Any

import structlog
from graphql import FieldNode, GraphQLError

from api.documents import PersistedQueryNotFound
from community.kernel import ids
from community.kernel.errors import HourglassError, RateLimited, TooBusy
from community.kernel.messages import render, translate
from schema.limits import LimitExceeded
from schema.prepared import InvalidDocument

INTERNAL = "Something went wrong on our side. Quote the error id {error_id} when you report it."

MISTAKE = "{mistake}"
"""What the GraphQL library says about a document or its variables. It speaks English; a translation says so first."""

log = structlog.get_logger(__name__)


def present(error: BaseException, locale: str) -> list[dict[str, Any]]:
    """The `errors` of a response for whatever stopped an operation."""
    if isinstance(error, HourglassError):
        return [of_refusal(error, locale)]
    if isinstance(error, InvalidDocument):
        return [of_document(fault, locale) for fault in error.errors]
    if isinstance(error, PersistedQueryNotFound):
        return [{"message": error.message, "extensions": {"code": error.code}}]
    return [of_unexpected(error, locale)]


def of_refusal(error: HourglassError, locale: str) -> dict[str, Any]:
    """An expected error, with what a program needs to react to it."""
    extensions: dict[str, Any] = {"code": error.code}
    if isinstance(error, RateLimited | TooBusy):
        extensions["retryAfter"] = error.retry_after
    if isinstance(error, LimitExceeded):
        extensions |= {"limit": error.limit, "figure": error.figure, "allowed": error.allowed}
    return {"message": render(error, locale), "extensions": extensions}


def of_document(error: GraphQLError, locale: str) -> dict[str, Any]:
    """A mistake in the document or its variables, in the words of the GraphQL library, for whoever wrote it."""
    message = translate(MISTAKE, locale).format(mistake=error.message)
    return {**error.formatted, "message": message, "extensions": {"code": "BAD_USER_INPUT"}}


def of_unexpected(error: BaseException, locale: str) -> dict[str, Any]:
    """A mistake of ours: logged with its traceback under an id, and nothing else is said."""
    error_id = ids.new_id().hex
    log.error("unexpected error", error_id=error_id, exc_info=error)
    message = translate(INTERNAL, locale).format(error_id=error_id)
    return {"message": message, "extensions": {"code": "INTERNAL", "errorId": error_id}}


def of_field(error: GraphQLError, locale: str) -> dict[str, Any]:
    """An error of execution, with its place in the document and in the result."""
    cause = error.original_error
    if isinstance(cause, HourglassError):
        shown = of_refusal(cause, locale)
    elif is_input_error(error):
        return of_document(error, locale)
    else:
        shown = of_unexpected(cause or error, locale)
    place = {key: value for key, value in error.formatted.items() if key in ("locations", "path")}
    return {"message": shown["message"], **place, "extensions": shown["extensions"]}


def is_input_error(error: GraphQLError) -> bool:
    """Whether the library refused an input: then the error points at a variable or an argument, not at a field."""
    cause = error.original_error
    if cause is not None and not isinstance(cause, GraphQLError):
        return False
    return not any(isinstance(node, FieldNode) for node in error.nodes or ())
