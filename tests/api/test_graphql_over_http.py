"""The 61 server audits of the npm package graphql-http 1.23, with their ids and names. `make audit` runs the originals."""
# ruff: noqa: E501

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.api.toy import Toy

RESPONSE = "application/graphql-response+json"
JSON = "application/json"
UNKNOWN_FIELD = "{ a8f31403dfe404bccbb0e835f2629c6a7 }"
TYPE_QUERY = "query Type($name: String!) { __type(name: $name) { name } }"
COERCE_FAILURE = {"query": "query CoerceFailure($id: ID!){ __typename }", "variables": {"id": None}}


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    content_type: str
    text: str
    body: Any = field(repr=False)


Expectation = Callable[[Reply], bool]


def status(code: int) -> Expectation:
    return lambda reply: reply.status == code


def status_between(low: int, high: int) -> Expectation:
    return lambda reply: low <= reply.status <= high


def content_type(kind: str) -> Expectation:
    return lambda reply: kind in reply.content_type


def ok(reply: Reply) -> bool:
    return reply.status == 200


def no_errors(reply: Reply) -> bool:
    return reply.status == 200 and "errors" not in reply.body


def no_data(reply: Reply) -> bool:
    return "data" not in reply.body


def is_utf8(reply: Reply) -> bool:
    return reply.status == 200 and bool(reply.text)


@dataclass(frozen=True)
class Audit:
    """One check: what is sent, and what must be true of the answer."""

    id: str
    name: str
    expected: tuple[Expectation, ...]
    json: Any = None
    body: str | None = None
    accept: str | None = None
    sends: str | None = JSON
    method: str = "POST"
    params: dict[str, str] | None = None


def post(id: str, name: str, *expected: Expectation, **sent: Any) -> Audit:
    """A check by POST; without anything else it asks for `{ __typename }`."""
    if "json" not in sent and "body" not in sent:
        sent["json"] = {"query": "{ __typename }"}
    return Audit(id, name, expected, **sent)


def get(id: str, name: str, *expected: Expectation, **sent: Any) -> Audit:
    """A check by GET."""
    return Audit(id, name, expected, method="GET", sends=None, **sent)


NOT_STRINGS = {"object": {"obj": "ect"}, "number": 0, "boolean": False, "array": ["array"]}
NOT_MAPS = {"string": "string", "number": 0, "boolean": False, "array": ["array"]}

AUDITS = [
    post(
        "22EB",
        "SHOULD accept application/graphql-response+json and match the content-type",
        ok,
        content_type(RESPONSE),
        accept=RESPONSE,
    ),
    post("4655", "MUST accept application/json and match the content-type", ok, content_type(JSON), accept=JSON),
    post(
        "47DE", "SHOULD accept */* and use application/json for the content-type", ok, content_type(JSON), accept="*/*"
    ),
    post("80D8", "SHOULD assume application/json content-type when accept is missing", ok, content_type(JSON)),
    post("82A3", "MUST use utf-8 encoding when responding", is_utf8),
    post(
        "BF61",
        "MUST accept utf-8 encoded request",
        ok,
        json={"query": '{ __type(name: "Run🏃Swim🏊") { name } }'},
        sends="application/json; charset=utf-8",
    ),
    post("78D5", "MUST assume utf-8 in request if encoding is unspecified", ok),
    post("2C94", "MUST accept POST requests", ok),
    get(
        "5A70",
        "MAY accept application/x-www-form-urlencoded formatted GET requests",
        ok,
        params={"query": "{ __typename }"},
    ),
    get(
        "9C48",
        "MAY NOT allow executing mutations on GET requests",
        status_between(400, 499),
        params={"query": "mutation { __typename }"},
        accept=RESPONSE,
    ),
    post(
        "9ABE",
        "SHOULD respond with 4xx status code if content-type is not supplied on POST requests",
        status_between(400, 499),
        sends="text/plain;charset=UTF-8",
    ),
    post("03D4", "MUST accept application/json POST requests", ok),
    post("A5BF", "MAY use 400 status code when request body is missing on POST", status(400), body=""),
    post(
        "423L",
        "MAY use 400 status code on missing {query} parameter",
        status(400),
        json={"notquery": "{ __typename }"},
        accept=RESPONSE,
    ),
    *[
        post(f"LKJ{n}", f"MAY use 400 status code on {kind} {{query}} parameter", status(400), json={"query": value})
        for n, (kind, value) in enumerate(NOT_STRINGS.items())
    ],
    post(
        "34A2",
        "SHOULD allow string {query} parameter when accepting application/graphql-response+json",
        ok,
        accept=RESPONSE,
    ),
    post("13EE", "MUST allow string {query} parameter when accepting application/json", no_errors, accept=JSON),
    *[
        post(
            f"6C0{n}",
            f"MAY use 400 status code on {kind} {{operationName}} parameter",
            status(400),
            json={"operationName": value, "query": "{ __typename }"},
        )
        for n, (kind, value) in enumerate(NOT_STRINGS.items())
    ],
    post(
        "8161",
        "SHOULD allow string {operationName} parameter when accepting application/graphql-response+json",
        ok,
        json={"operationName": "Query", "query": "query Query { __typename }"},
        accept=RESPONSE,
    ),
    post(
        "B8B3",
        "MUST allow string {operationName} parameter when accepting application/json",
        no_errors,
        json={"operationName": "Query", "query": "query Query { __typename }"},
        accept=JSON,
    ),
    *[
        audit
        for n, parameter in enumerate(("variables", "operationName", "extensions"))
        for audit in (
            post(
                f"94B{n}",
                f"SHOULD allow null {{{parameter}}} parameter when accepting application/graphql-response+json",
                no_errors,
                json={"query": "{ __typename }", parameter: None},
                accept=RESPONSE,
            ),
            post(
                f"022{n}",
                f"MUST allow null {{{parameter}}} parameter when accepting application/json",
                no_errors,
                json={"query": "{ __typename }", parameter: None},
                accept=JSON,
            ),
        )
    ],
    *[
        post(
            f"476{n}",
            f"MAY use 400 status code on {kind} {{variables}} parameter",
            status(400),
            json={"query": "{ __typename }", "variables": value},
        )
        for n, (kind, value) in enumerate(NOT_MAPS.items())
    ],
    post(
        "2EA1",
        "SHOULD allow map {variables} parameter when accepting application/graphql-response+json",
        ok,
        json={"query": TYPE_QUERY, "variables": {"name": "sometype"}},
        accept=RESPONSE,
    ),
    post(
        "28B9",
        "MUST allow map {variables} parameter when accepting application/json",
        no_errors,
        json={"query": TYPE_QUERY, "variables": {"name": "sometype"}},
        accept=JSON,
    ),
    get(
        "D6D5",
        "MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/graphql-response+json",
        no_errors,
        params={"query": TYPE_QUERY, "variables": '{"name":"sometype"}'},
        accept=RESPONSE,
    ),
    get(
        "6A70",
        "MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/json",
        no_errors,
        params={"query": TYPE_QUERY, "variables": '{"name":"sometype"}'},
        accept=JSON,
    ),
    *[
        post(
            f"58B{n}",
            f"MAY use 400 status code on {kind} {{extensions}} parameter",
            status(400),
            json={"query": "{ __typename }", "extensions": value},
        )
        for n, (kind, value) in enumerate(NOT_MAPS.items())
    ],
    post(
        "428F",
        "SHOULD allow map {extensions} parameter when accepting application/graphql-response+json",
        ok,
        json={"query": "{ __typename }", "extensions": {"some": "value"}},
        accept=RESPONSE,
    ),
    post(
        "1B7A",
        "MUST allow map {extensions} parameter when accepting application/json",
        no_errors,
        json={"query": "{ __typename }", "extensions": {"some": "value"}},
        accept=JSON,
    ),
    post(
        "B6DC",
        "MAY use 2xx, 4xx, or 5xx status codes on JSON parsing failure when accepting application/json",
        lambda reply: not 300 <= reply.status <= 399,
        body='{ "not a JSON',
        accept=JSON,
    ),
    post(
        "BCF8",
        "SHOULD use 400 status code on JSON parsing failure when accepting application/json",
        status(400),
        body='{ "not a JSON',
        accept=JSON,
    ),
    post(
        "B7N8",
        "SHOULD use 400 status code on JSON parsing failure when accepting application/graphql-response+json",
        status(400),
        body='{ "not a JSON',
        accept=RESPONSE,
    ),
    post(
        "8764",
        "MAY use 4xx or 5xx status codes if parameters are invalid",
        status_between(400, 599),
        json={"qeury": "{ __typename }"},
    ),
    post("3E3A", "MAY use 400 status code if parameters are invalid", status(400), json={"qeury": "{ __typename }"}),
    post(
        "572B",
        "SHOULD use 200 status code on document parsing failure when accepting application/json",
        ok,
        json={"query": "{"},
        accept=JSON,
    ),
    post(
        "FDE2",
        "SHOULD use 200 status code on document validation failure when accepting application/json",
        ok,
        json={"query": UNKNOWN_FIELD},
        accept=JSON,
    ),
    post(
        "7B9B",
        "SHOULD use a status code of 200 on variable coercion failure when accepting application/json",
        ok,
        json=COERCE_FAILURE,
        accept=JSON,
    ),
    post(
        "865D",
        "SHOULD use 4xx or 5xx status codes on document parsing failure when accepting application/graphql-response+json",
        status_between(400, 599),
        json={"query": "{"},
        accept=RESPONSE,
    ),
    post(
        "556A",
        "SHOULD use 400 status code on document parsing failure when accepting application/graphql-response+json",
        status(400),
        json={"query": "{"},
        accept=RESPONSE,
    ),
    post(
        "D586",
        "SHOULD not contain the data entry on document parsing failure when accepting application/graphql-response+json",
        no_data,
        json={"query": "{"},
        accept=RESPONSE,
    ),
    post(
        "51FE",
        "SHOULD use 4xx or 5xx status codes on document validation failure when accepting application/graphql-response+json",
        status_between(400, 599),
        json={"query": UNKNOWN_FIELD},
        accept=RESPONSE,
    ),
    post(
        "74FF",
        "SHOULD use 400 status code on document validation failure when accepting application/graphql-response+json",
        status(400),
        json={"query": UNKNOWN_FIELD},
        accept=RESPONSE,
    ),
    post(
        "5E5B",
        "SHOULD not contain the data entry on document validation failure when accepting application/graphql-response+json",
        no_data,
        json={"query": UNKNOWN_FIELD},
        accept=RESPONSE,
    ),
    post(
        "86EE",
        "SHOULD use a status code of 400 on variable coercion failure when accepting application/graphql-response+json",
        status(400),
        json=COERCE_FAILURE,
        accept=RESPONSE,
    ),
]


def test_all_61_audits_are_here() -> None:
    assert len({audit.id for audit in AUDITS}) == 61


@pytest.mark.parametrize("audit", AUDITS, ids=lambda audit: audit.id)
async def test_the_server_passes(audit: Audit, toy: Toy) -> None:
    reply = await send(audit, toy)
    assert all(expectation(reply) for expectation in audit.expected), (audit.name, reply)


async def send(audit: Audit, toy: Toy) -> Reply:
    headers = {"Accept": audit.accept} if audit.accept else {}
    if audit.sends:
        headers["Content-Type"] = audit.sends
    data = toy.encode(audit.json) if audit.json is not None else audit.body
    skipped = {"Content-Type"} | (set() if audit.accept else {"Accept"})
    async with toy.client.request(
        audit.method, toy.url, data=data, params=audit.params, headers=headers, skip_auto_headers=skipped
    ) as response:
        text = await response.text()
        return Reply(response.status, response.headers["Content-Type"], text, await response.json(content_type=None))
