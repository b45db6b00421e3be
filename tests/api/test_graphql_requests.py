"""What a client may send over HTTP, what it gets back, and what is never run."""

import asyncio
from typing import Any

import pytest
from starlette.datastructures import Headers

from api.negotiation import Accepted, MediaType, NotAcceptable, accepted
from community.settings import Settings
from tests.api.toy import Toy, happenings, keep_buckets_from_filling, toy_server, until
from tests.deadlines import PATIENCE_SECONDS

WRITE = 'mutation { write(text: "x") { id } }'


def code(answer: dict[str, Any]) -> str:
    return str(answer["errors"][0]["extensions"]["code"])


async def raw(toy: Toy, body: bytes, **headers: str) -> tuple[int, dict[str, Any]]:
    sent = {"Content-Type": "application/json", "Accept": "application/graphql-response+json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    async with toy.client.post(toy.url, data=body, headers=sent) as response:
        return response.status, await response.json(content_type=None)


async def test_a_query_is_answered_with_its_cost(toy: Toy) -> None:
    answer = await toy.post("{ posts(first: 5) { nodes { author { name } } } }", token="member")
    assert answer["status"] == 200
    assert answer["headers"]["Cache-Control"] == "no-store"
    cost = answer["extensions"]["cost"]
    assert (cost["requested"], cost["actual"], cost["restoreRate"]) == (11, 11, 100)
    assert 1900 <= cost["available"] < 2000


async def test_what_was_not_used_comes_back(toy: Toy) -> None:
    answer = await toy.post("{ posts { nodes { id } } }", token="member")
    assert (answer["extensions"]["cost"]["requested"], answer["extensions"]["cost"]["actual"]) == (21, 3)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"nothing",
        b"[]",
        b"null",
        b'"{ hello }"',
        b'[{"query": "{ hello }"}]',
        b'{"query": "{ hello }"',
        b'{"query": "{ hello }",}',
        b'{"query": NaN}',
        b'{"query": "{ hello }", "variables": {"a": 1e999}}',
        b'{"query": "{ hello }", "variables": {"a": ' + b"1" * 400 + b"}}",
        b'{"query": "{ hello }", "variables": {"a": ' + b"[" * 2000 + b"]" * 2000 + b"}}",
        b'{"query": "\xff\xfe"}',
        b'{"query": "\\ud800"}',
        b'\xef\xbb\xbf{"query": "{ hello }"}',
        '{"query": "{ hello }"}'.encode("utf-16"),
        b'{"query": 1}',
        b'{"query": ["{ hello }"]}',
        b'{"query": {"a": 1}}',
        b'{"query": ""}',
        b'{"query": null}',
        b"{}",
        b'{"query": "{ hello }", "variables": []}',
        b'{"query": "{ hello }", "variables": "{}"}',
        b'{"query": "{ hello }", "operationName": 1}',
        b'{"query": "{ hello }", "extensions": []}',
        b'{"query": "{ hello }", "extensions": {"persistedQuery": 1}}',
        b'{"query": "{ hello }", "extensions": {"persistedQuery": {"version": 2, "sha256Hash": "a"}}}',
        b'{"documentId": 5}',
        b'{"documentId": "sha256:nothing"}',
        b'{"query": "{ hello }", "variables": {"a": "x\\u0000"}}',
        b'{"query": "{ echo(text: \\"\\\\u0000\\") }"}',
        b'{"query": "{ hello", "query": "{ hello"}',
        b'{"query": "query ($a: Int!) { echo(number: $a) }", "variables": {"a": 99999999999999999999}}',
        b'{"query": "query ($a: Int!) { echo(number: $a) }", "variables": {"a": [[[[[[1]]]]]]}}',
        b'{"query": "query ($a: Tree) { echo(tree: $a) }", "variables": {"a": {"children": [{"name": 1}]}}}',
        b'{"query": "{ hello }", "variables": {"a": ' + b"[" * 500 + b"]" * 500 + b"}}",
        b'{"query": "{ hello }", "variables": {"a": [' + b"1," * 200 + b"1]}}",
    ],
)
async def test_a_malformed_body_is_the_clients_mistake(toy: Toy, body: bytes) -> None:
    status, answer = await raw(toy, body)
    assert status == 400
    assert code(answer) == "BAD_USER_INPUT"
    assert "data" not in answer


async def test_of_a_name_that_stands_twice_the_last_counts(toy: Toy) -> None:
    status, answer = await raw(toy, b'{"query": "{ nothing }", "query": "{ hello }"}')
    assert (status, answer["data"]) == (200, {"hello": "world"})


async def test_a_body_is_read_up_to_64_kib(toy: Toy) -> None:
    status, answer = await raw(toy, b'{"query": "{ hello }", "extensions": {"x": "' + b"x" * 65_536 + b'"}}')
    assert (status, code(answer)) == (413, "BAD_USER_INPUT")


async def test_a_body_without_length_is_cut_off_as_well(toy: Toy) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while sent < 10_000_000:
            sent += 8_192
            yield b" " * 8_192

    status, answer = await raw(toy, endless())  # type: ignore[arg-type]
    assert (status, code(answer)) == (413, "BAD_USER_INPUT")
    assert sent < 5_000_000


@pytest.mark.parametrize(
    "headers",
    [
        {"Content_Type": "text/plain"},
        {"Content_Type": "text/plain; charset=application/json"},
        {"Content_Type": "application/x-www-form-urlencoded"},
        {"Content_Type": "multipart/form-data; boundary=x"},
        {"Content_Type": "application/graphql"},
        {"Content_Type": "application/jsonp"},
        {"Content_Type": "application/json; charset=utf-16"},
        {"Content_Type": "application/json, text/plain"},
        {"Content_Type": ""},
        {"Content_Encoding": "gzip"},
    ],
)
async def test_content_types_fail_closed(toy: Toy, headers: dict[str, str]) -> None:
    status, answer = await raw(toy, b'{"query": "mutation { write(text: \\"x\\") { id } }"}', **headers)
    assert (status, code(answer)) == (415, "BAD_USER_INPUT")
    assert happenings.written == []


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
async def test_other_methods_are_not_allowed(toy: Toy, method: str) -> None:
    async with toy.client.request(method, toy.url, json={"query": WRITE}) as response:
        assert response.status == 405
        assert response.headers["Allow"] == "GET, POST"
    assert happenings.written == []


async def test_a_head_request_runs_nothing(toy: Toy) -> None:
    async with toy.client.head(toy.url, params={"query": "{ hello }"}) as response:
        assert response.status == 405


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": "http://127.0.0.1.evil.example"},
        {"Origin": "https://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
    ],
)
async def test_pages_of_other_sites_run_nothing(toy: Toy, headers: dict[str, str]) -> None:
    async with toy.client.get(toy.url, params={"query": "{ slow }"}, headers=headers) as response:
        assert response.status == 403
    assert not happenings.started.is_set()
    answer = await toy.post(WRITE, headers=headers)
    assert (answer["status"], code(answer)) == (403, "FORBIDDEN")
    assert happenings.written == []


@pytest.mark.usefixtures("database")
async def test_our_own_pages_and_those_of_allowed_origins_may_ask() -> None:
    async with toy_server(Settings(allowed_origins=("https://portal.example",))) as toy:
        own = toy.url.removesuffix("/graphql")
        for headers in (
            {"Origin": own, "Sec-Fetch-Site": "same-origin"},
            {"Origin": "https://portal.example", "Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "none"},
        ):
            assert (await toy.post("{ hello }", headers=headers))["data"] == {"hello": "world"}


async def test_a_mutation_needs_post(toy: Toy) -> None:
    async with toy.client.get(toy.url, params={"query": WRITE}) as response:
        assert response.status == 405
        assert response.headers["Allow"] == "POST"
    assert happenings.written == []


async def test_get_reads_objects_from_strings_and_each_parameter_once(toy: Toy) -> None:
    query = "query ($t: String!) { echo(text: $t) }"
    async with toy.client.get(toy.url, params={"query": query, "variables": '{"t": "你好"}'}) as response:
        assert (await response.json())["data"] == {"echo": "你好"}
    for params in (
        [("query", query), ("variables", "{")],
        [("query", query), ("variables", "[]")],
        [("query", query), ("query", query)],
        [("variables", "{}")],
    ):
        async with toy.client.get(toy.url, params=params) as response:
            assert response.status == 400


async def test_only_a_bearer_that_was_presented_and_is_not_good_gets_401(toy: Toy) -> None:
    for accept in ("application/json", "application/graphql-response+json"):
        answer = await toy.post("{ hello }", token="forged", headers={"Accept": accept})
        assert (answer["status"], code(answer)) == (401, "UNAUTHENTICATED")
        assert answer["headers"]["WWW-Authenticate"].startswith("Bearer")


async def test_refusals_say_their_code_in_the_callers_language(toy: Toy) -> None:
    answer = await toy.post('{ hello post(id: "1") { id } }', headers={"Accept-Language": "zh-TW,zh;q=0.9"})
    assert answer["status"] == 200
    assert answer["data"] == {"hello": "world", "post": None}
    (error,) = answer["errors"]
    assert error["extensions"] == {"code": "NOT_FOUND"}
    assert error["path"] == ["post"]
    assert "Post" in error["message"]
    assert "visible" not in error["message"]


@pytest.mark.parametrize(
    ("query", "variables"),
    [("{ nothing }", {}), ("{ hello", {}), ("query ($a: Int!) { echo(number: $a) }", {"a": "{0}"})],
)
async def test_mistakes_in_a_document_are_introduced_in_the_callers_language(
    toy: Toy, query: str, variables: dict[str, Any]
) -> None:
    for language, is_chinese in (("zh-TW", True), ("en", False)):
        answer = await toy.post(query, variables=variables, headers={"Accept-Language": language})
        assert answer["errors"][0]["message"].startswith("文件或變數有誤：") is is_chinese
        assert "mistake" not in answer["errors"][0]["message"]


async def test_the_caller_reaches_the_resolvers(toy: Toy) -> None:
    answer = await toy.post("{ who }", token="member", headers={"Accept-Language": "zh-Hant"})
    assert answer["data"]["who"] == "member:00000000-0000-0000-0000-000000000001 zh-Hant"


@pytest.mark.parametrize("query", ["{ broken }", "{ brokenForGood }"])
async def test_what_we_did_wrong_is_told_as_an_id_and_nothing_else(toy: Toy, query: str) -> None:
    answer = await toy.post(query)
    (error,) = answer["errors"]
    assert answer["status"] == 200
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["errorId"] in error["message"]
    assert [line["error_id"] for line in toy.log] == [error["extensions"]["errorId"]]
    assert "hunter2" in str(toy.log[0]["exc_info"])
    assert "hunter2" not in str(answer)
    assert "RuntimeError" not in str(answer)


async def test_what_is_wrong_with_a_document_is_told(toy: Toy) -> None:
    answer = await toy.post("{ helo }")
    assert (answer["status"], code(answer)) == (400, "BAD_USER_INPUT")
    assert "helo" in answer["errors"][0]["message"]
    assert answer["errors"][0]["locations"] == [{"line": 1, "column": 3}]


async def test_what_is_wrong_with_variables_is_told(toy: Toy) -> None:
    answer = await toy.post("query ($n: Int!) { echo(number: $n) }", variables={"n": "many"})
    assert (answer["status"], code(answer)) == (400, "BAD_USER_INPUT")
    assert "$n" in answer["errors"][0]["message"]


async def test_an_exceeded_limit_is_named_with_its_figure(toy: Toy) -> None:
    answer = await toy.post("{ " + " ".join(f"a{n}: hello" for n in range(16)) + " }")
    assert answer["status"] == 400
    assert answer["errors"][0]["extensions"] == {
        "code": "BAD_USER_INPUT",
        "limit": "aliases",
        "figure": 16,
        "allowed": 15,
    }
    signed_in = await toy.post("{ " + " ".join(f"a{n}: hello" for n in range(16)) + " }", token="member")
    assert len(signed_in["data"]) == 16


async def test_an_operation_that_costs_too_much_does_not_run(toy: Toy) -> None:
    text = "query ($n: Int) { posts(first: $n) { nodes { comments(first: $n) { nodes { id } } } } }"
    answer = await toy.post(text, token="member", variables={"n": 100})
    assert answer["errors"][0]["extensions"]["limit"] == "cost"
    assert answer["errors"][0]["extensions"]["allowed"] == 1000
    assert (await toy.post(text, token="member", variables={"n": 20}))["data"]
    stranger = await toy.post(text, variables={"n": 22})
    assert stranger["errors"][0]["extensions"]["allowed"] == 500


async def test_an_empty_bucket_says_when_to_come_back(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_buckets_from_filling(monkeypatch)
    text = "{ posts(first: 90) { nodes { id author { name } } } }"
    answers = [await toy.post(text) for _ in range(4)]
    assert [answer["status"] for answer in answers] == [200, 200, 429, 429]
    refused = answers[-1]
    assert code(refused) == "RATE_LIMITED"
    assert 4_200 <= refused["errors"][0]["extensions"]["retryAfter"] <= 4_500, "for 43 tokens, and the toll"
    assert refused["headers"]["Retry-After"] == str(refused["errors"][0]["extensions"]["retryAfter"])
    assert (await toy.post(text, token="member"))["status"] == 200


async def test_documents_that_cannot_run_are_paid_for(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_buckets_from_filling(monkeypatch)
    answers = [await toy.post("{ nothing }" + " " * 9_000) for _ in range(7)]
    assert [answer["status"] for answer in answers].count(400) == 5
    assert answers[-1]["status"] == 429


@pytest.mark.usefixtures("database")
async def test_introspection_is_closed_to_strangers_in_production() -> None:
    settings = Settings(environment="production", secret_key="x" * 32)
    async with toy_server(settings) as toy:
        text = "{ __schema { queryType { name } } }"
        assert code(await toy.post(text)) == "UNAUTHENTICATED"
        hidden = '{ ...F } fragment F on Query { __type(name: "Post") { name } }'
        assert code(await toy.post(hidden, token="member")) == "FORBIDDEN"
        assert (await toy.post(text, token="admin"))["data"] == {"__schema": {"queryType": {"name": "Query"}}}
        assert (await toy.post("{ __typename }"))["data"] == {"__typename": "Query"}
        assert "Did you mean" not in str(await toy.post("{ helo }"))


@pytest.mark.usefixtures("database")
async def test_a_read_is_stopped_in_time() -> None:
    async with toy_server(Settings(read_timeout_seconds=0.05)) as toy:
        happenings.begin_anew()
        answer = await toy.post("{ slow }")
        assert (answer["status"], code(answer)) == (503, "UNAVAILABLE")
        assert happenings.cancelled == ["slow"]


async def test_a_mutation_goes_on_when_its_client_leaves(toy: Toy) -> None:
    asking = asyncio.create_task(toy.post('mutation { writeSlowly(text: "kept") { id } }'))
    await asyncio.wait_for(happenings.started.wait(), PATIENCE_SECONDS)
    asking.cancel()
    await asyncio.wait({asking})
    happenings.gate.set()
    await until(lambda: happenings.written == ["kept"])


async def test_a_client_that_leaves_in_the_middle_of_its_body_hurts_nobody(toy: Toy) -> None:
    host, port = toy.url.removeprefix("http://").removesuffix("/graphql").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{")
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await toy.post("{ hello }"))["status"] == 200


@pytest.mark.usefixtures("database")
async def test_a_server_that_stops_finishes_its_mutations() -> None:
    async with toy_server() as toy:
        happenings.begin_anew()
        asking = asyncio.create_task(toy.post('mutation { writeSlowly(text: "finished") { id } }'))
        await asyncio.wait_for(happenings.started.wait(), PATIENCE_SECONDS)
    assert happenings.written == ["finished"]
    assert (await asking)["data"]["writeSlowly"] == {"id": "1"}


@pytest.mark.parametrize(
    ("accept", "single", "stream"),
    [
        (None, MediaType.JSON, None),
        ("*/*", MediaType.JSON, None),
        ("application/*", MediaType.JSON, None),
        ("application/json", MediaType.JSON, None),
        ("application/graphql-response+json, application/json;q=0.9", MediaType.RESPONSE, None),
        ("application/json, application/graphql-response+json", MediaType.RESPONSE, None),
        ("application/json, application/graphql-response+json;q=0.5", MediaType.JSON, None),
        ("text/event-stream", None, MediaType.EVENTS),
        ("text/event-stream, application/json", MediaType.JSON, MediaType.EVENTS),
        (
            'multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json',
            MediaType.JSON,
            MediaType.MULTIPART,
        ),
        ("text/html,*/*;q=0.1", MediaType.JSON, None),
        ("APPLICATION/JSON; q=abc, */*", MediaType.JSON, None),
        ("application/json;q=0, */*", MediaType.RESPONSE, None),
        ("application/json;q=0.5, */*", MediaType.RESPONSE, None),
        ("application/graphql-response+json;q=0, application/*", MediaType.JSON, None),
        ("application/graphql-response+json, */*", MediaType.RESPONSE, None),
        ("application/json, */*", MediaType.JSON, None),
        ("application/*;q=0, application/json;q=0.1, */*", MediaType.JSON, None),
        ("*/*, text/event-stream;q=0", MediaType.JSON, None),
        ("*/*;q=0, text/event-stream;q=0.5", None, MediaType.EVENTS),
    ],
)
def test_the_best_of_our_types_is_chosen(accept: str | None, single: MediaType, stream: MediaType) -> None:
    headers = Headers({"accept": accept} if accept is not None else {})
    assert accepted(headers) == Accepted(single, stream)


@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        "application/json;q=0",
        "image/png, text/plain",
        "*/*;q=0",
        "application/*;q=0, */*",
        "application/json;q=0, application/graphql-response+json;q=0, */*",
    ],
)
def test_what_accepts_nothing_of_ours_is_refused(accept: str) -> None:
    with pytest.raises(NotAcceptable):
        accepted(Headers({"accept": accept}))


async def test_a_subscription_needs_a_stream(toy: Toy) -> None:
    answer = await toy.post("subscription { count }")
    assert (answer["status"], code(answer)) == (406, "BAD_USER_INPUT")
