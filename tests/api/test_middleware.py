"""What surrounds every request: ids, log lines, headers, the answer to what nobody handled."""

from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from structlog.typing import EventDict

from api import logs, metrics
from api.middleware import Apology, Surroundings
from community.access.policy import Actor, Kind
from community.kernel import about
from community.kernel.ids import new_id
from tests.asgi import ask

MEMBER = Actor(kind=Kind.MEMBER, member_id=new_id())


async def greet(request: Request) -> Response:
    logs.identify(MEMBER)
    logs.name("Greeting")
    return PlainTextResponse(request.state.request_id)


async def fail(_: Request) -> Response:
    raise RuntimeError("the password is hunter2")


async def own_policy(_: Request) -> Response:
    return PlainTextResponse("", headers={"content-security-policy": "default-src 'self'"})


def app(*, https_only: bool = False) -> Starlette:
    routes = [Route("/greet/{name}", greet), Route("/fail", fail), Route("/own", own_policy), Route("/metrics", greet)]
    cross_origin = Middleware(CORSMiddleware, allow_origins=["https://portal.example"])
    surroundings = [Middleware(Surroundings, https_only=https_only), cross_origin, Middleware(Apology)]
    return Starlette(routes=routes, middleware=surroundings)


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    """The lines that are logged meanwhile, quiet ones too, each with what is bound to its task."""
    structlog.reset_defaults()
    with structlog.testing.capture_logs([with_what_is_known]) as captured:
        yield captured


def with_what_is_known(_logger: Any, _method: str, event: EventDict) -> EventDict:
    return {**event, **about.known()}


async def test_a_well_formed_request_id_is_kept():
    answer = await ask(app(), "/greet/mei", headers={"X-Request-Id": "order-4711.retry_2"})
    assert answer.headers["x-request-id"] == "order-4711.retry_2" == answer.body.decode()


@pytest.mark.parametrize("given", ["short", "a" * 65, "with space", "line\nbreak!", "訂單編號一二三四五", ""])
async def test_an_ill_formed_request_id_is_replaced(given: str):
    made = (await ask(app(), "/greet/mei", headers={"X-Request-Id": given})).headers["x-request-id"]
    assert made != given
    assert len(made) == 32


async def test_two_requests_have_two_ids():
    first, second = await ask(app(), "/greet/mei"), await ask(app(), "/greet/mei")
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


async def test_one_line_tells_a_request(lines: list[dict[str, Any]]):
    answer = await ask(app(), "/greet/mei?token=secret")
    (line,) = lines
    assert line.pop("ms") >= 0
    assert line == {
        "event": "request",
        "log_level": "info",
        "method": "GET",
        "path": "/greet/mei",
        "status": 200,
        "operation": "Greeting",
        "actor": "member",
        "actor_id": str(MEMBER.member_id),
        "request_id": answer.headers["x-request-id"],
    }


async def test_what_one_request_said_is_not_in_the_line_of_the_next(lines: list[dict[str, Any]]):
    await ask(app(), "/greet/mei")
    await ask(app(), "/own")
    assert "actor" in lines[0]
    assert "actor" not in lines[1]


async def test_what_machines_ask_every_second_is_told_quietly(lines: list[dict[str, Any]]):
    await ask(app(), "/metrics")
    assert [line["log_level"] for line in lines] == ["debug"]


async def test_what_nobody_handled_is_an_error_with_an_id_and_nothing_of_its_cause(lines: list[dict[str, Any]]):
    answer = await ask(app(), "/fail")
    (error,) = answer.json["errors"]
    assert answer.status == 500
    assert error["extensions"]["code"] == "INTERNAL"
    assert b"hunter2" not in answer.body
    told = next(line for line in lines if line.get("error_id") == error["extensions"]["errorId"])
    assert "hunter2" in str(told["exc_info"])
    assert lines[-1]["status"] == 500
    assert lines[-1]["log_level"] == "error"


async def test_pages_of_other_origins_may_read_the_apology():
    answer = await ask(app(), "/fail", headers={"Origin": "https://portal.example"})
    assert answer.status == 500
    assert answer.headers["access-control-allow-origin"] == "https://portal.example"


async def test_the_apology_is_in_the_callers_language():
    answer = await ask(app(), "/fail", headers={"Accept-Language": "zh-TW,zh;q=0.9"})
    assert not answer.json["errors"][0]["message"].isascii()


async def test_every_answer_is_careful():
    for path in ("/greet/mei", "/fail", "/nowhere"):
        headers = (await ask(app(), path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert "strict-transport-security" not in headers


async def test_an_answer_may_set_its_own_policy():
    headers = (await ask(app(), "/own")).headers
    assert headers.getlist("content-security-policy") == ["default-src 'self'"]


async def test_production_demands_https_from_now_on():
    assert "strict-transport-security" in (await ask(app(https_only=True), "/greet/mei")).headers


async def test_requests_are_counted_by_route_and_not_by_path():
    def count(route: str, method: str = "GET") -> float:
        labels = {"method": method, "route": route, "status": "200"}
        return metrics.REGISTRY.get_sample_value("hourglass_http_requests_total", labels) or 0

    before = count("/greet/{name}")
    await ask(app(), "/greet/mei")
    await ask(app(), "/greet/mona")
    assert count("/greet/{name}") == before + 2
    assert count("/greet/mei") == 0


async def test_a_method_nobody_knows_does_not_grow_the_page():
    await ask(app(), "/nowhere", method="BREW")
    labels = {"method": "OTHER", "route": "(none)", "status": "404"}
    assert metrics.REGISTRY.get_sample_value("hourglass_http_requests_total", labels)
