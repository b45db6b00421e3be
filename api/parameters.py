"""Reading what a client asks for: the parameters of GraphQL over HTTP, from a body, a query string or a message."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import orjson
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive

from community.kernel.errors import BadInput, Refusal

MAX_BODY = 64 * 1024

STRINGS, OBJECTS = (str, type(None)), (dict, type(None))
"""What may stand where a string or an object is asked for."""

INLINE = {"query", "variables", "operationName"}
"""What a request consists of that names no document."""


@dataclass
class RequestRefused(Refusal):
    """The request never became an operation. `status` is its HTTP status."""

    status: ClassVar[int] = 400

    def __init_subclass__(cls, **kwargs: Any) -> None:
        cls.code = cls.__dict__.get("code", "BAD_USER_INPUT")
        super().__init_subclass__(**kwargs)


@dataclass
class BodyNotJson(RequestRefused):
    """The body cannot be read."""

    line: int
    column: int
    message = "The body is not JSON in UTF-8: line {line}, column {column}."


@dataclass
class BodyNotObject(RequestRefused):
    """The body is JSON and no single request."""

    message = "The body must be one JSON object with a query. Batches are not supported."


@dataclass
class NothingAsked(RequestRefused):
    """There is no document, nor the name of one."""

    message = "Nothing is asked: send a query, or the documentId of one."


@dataclass
class BodyTooLarge(RequestRefused):
    """The body is longer than this server reads."""

    allowed: int
    status = 413
    message = "The body is larger than {allowed} bytes. Send less at once, or name the document by its hash."


@dataclass
class NotJsonType(RequestRefused):
    """The content type is none that we read. It fails closed: a form or plain text never runs."""

    status = 415
    message = "Send the body with Content-Type: application/json, in UTF-8, not compressed."


@dataclass(slots=True)
class Parameters:
    """One request. Exactly what the client sent, of the right types."""

    query: str | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    operation_name: str | None = None
    document_id: str | None = None
    """The name of a document: `documentId`, Relay's `id` or `doc_id`, or Apollo's hash."""

    @property
    def is_named(self) -> bool:
        """Whether the document was named instead of sent."""
        return self.document_id is not None


async def read_body(receive: Receive, announced: bytes) -> Parameters:
    """The parameters of a POST. Reads no more than MAX_BODY bytes; none where more are announced."""
    if announced.isdigit() and int(announced[:12]) > MAX_BODY:
        raise BodyTooLarge(MAX_BODY)
    body, comes_more = b"", True
    while comes_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise BodyTooLarge(MAX_BODY)
        comes_more = message.get("more_body", False)
    return of_json(body)


def require_json(headers: Headers) -> None:
    """Raise NotJsonType for what cannot be the body of a request."""
    kinds = headers.getlist("content-type")
    kind, _, rest = (kinds[0] if len(kinds) == 1 else "").partition(";")
    parameters = [part.strip().lower().replace('"', "") for part in rest.split(";") if part.strip()]
    is_utf8 = all(part in ("charset=utf-8", "charset=utf8") for part in parameters if part.startswith("charset"))
    is_plain = headers.get("content-encoding", "identity").lower() == "identity"
    if kind.strip().lower() != "application/json" or not is_utf8 or not is_plain:
        raise NotJsonType


def read_query_string(request: Request) -> Parameters:
    """The parameters of a GET, where objects are JSON in strings."""
    asked: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        if name in asked:
            raise BadInput(name[:100], "Send it once.")
        asked[name] = value
    for name in ("variables", "extensions"):
        if asked.get(name):
            asked[name] = _decode_parameter(name, asked[name])
        else:
            asked.pop(name, None)
    return of_mapping(asked)


def of_json(body: bytes | str) -> Parameters:
    """The parameters in a JSON body."""
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BodyNotJson(error.lineno, error.colno) from None
    if type(asked) is not dict:
        raise BodyNotObject
    return of_mapping(asked)


def of_mapping(asked: Mapping[str, Any]) -> Parameters:
    """The parameters in a decoded object."""
    query, variables, name = asked.get("query"), asked.get("variables"), asked.get("operationName")
    if type(query) not in STRINGS or type(variables) not in OBJECTS or type(name) not in STRINGS:
        _refuse_types(asked)
    document_id = None if asked.keys() <= INLINE else _document_id(asked)
    if not query and not document_id:
        raise NothingAsked
    return Parameters(query or None, variables or {}, name or None, document_id)


def _refuse_types(asked: Mapping[str, Any]) -> None:
    """Raise BadInput for the first that is of a wrong type."""
    _string(asked, "query")
    _object(asked, "variables")
    _string(asked, "operationName")


def _document_id(asked: Mapping[str, Any]) -> str | None:
    extensions = _object(asked, "extensions")
    names = (_string(asked, name) for name in ("documentId", "id", "doc_id"))
    return next((name for name in names if name), None) or _persisted_query(extensions)


def _persisted_query(extensions: dict[str, Any]) -> str | None:
    """Apollo's way to name a document: `{"persistedQuery": {"version": 1, "sha256Hash": "…"}}`."""
    named = extensions.get("persistedQuery")
    if named is None:
        return None
    version = named.get("version") if type(named) is dict else None
    if type(version) is not int or version != 1 or type(named.get("sha256Hash")) is not str:
        raise BadInput("extensions.persistedQuery", "Version 1 with a sha256Hash is needed.")
    return f"sha256:{named['sha256Hash']}"


def _string(asked: Mapping[str, Any], name: str) -> str | None:
    value = asked.get(name)
    if value is None or type(value) is str:
        return value
    raise BadInput(name, "A string is needed.")


def _object(asked: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = asked.get(name)
    if value is None:
        return {}
    if type(value) is dict:
        return value
    raise BadInput(name, "A JSON object is needed.")


def _decode_parameter(name: str, text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise BadInput(name, "A JSON object is needed.") from None
