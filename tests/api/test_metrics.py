"""What Prometheus reads of requests is what was counted."""

import pytest
from graphql import OperationDefinitionNode, build_schema, parse
from prometheus_client import CollectorRegistry

from api import metrics
from schema.execution.executor import Executor
from schema.execution.plans import Plans


def test_how_long_requests_took_is_counted_by_what_each_took_at_most() -> None:
    route = "/how/long"
    for seconds in (0.005, 0.006, 60):
        metrics.answered(method="GET", route=route, status=200, seconds=seconds)

    def counted(suffix: str, **labels: str) -> float | None:
        return metrics.REGISTRY.get_sample_value(f"hourglass_http_request_seconds_{suffix}", {"route": route, **labels})

    assert [counted("bucket", le=bound) for bound in ("0.0025", "0.005", "0.01", "10.0", "+Inf")] == [0, 1, 2, 2, 3]
    assert counted("count") == 3
    assert counted("sum") == pytest.approx(60.011)


def test_requests_are_counted_by_method_route_and_status() -> None:
    for method, status in (("GET", 200), ("GET", 200), ("GET", 404), ("BREW", 200)):
        metrics.answered(method=method, route="/counted", status=status, seconds=0.001)

    def counted(method: str, status: str) -> float | None:
        labels = {"method": method, "route": "/counted", "status": status}
        return metrics.REGISTRY.get_sample_value("hourglass_http_requests_total", labels)

    assert (counted("GET", "200"), counted("GET", "404"), counted("OTHER", "200")) == (2, 1, 1)


async def test_what_an_executor_counts_can_be_read() -> None:
    schema = build_schema("type Query { a: Int, b: Int }")
    executor = Executor(schema)
    executor.plans = Plans(schema, executor.figures, max_plans=2)
    page = CollectorRegistry()
    page.register(metrics.Executions(executor))
    for text in ("{ a }", "{ b }", "{ a b }", "{ __schema { description } }"):
        document = parse(text)
        (operation,) = document.definitions
        assert isinstance(operation, OperationDefinitionNode)
        await executor.run(document, operation, {}, None, {"a": 1, "b": "no number"})

    def read(name: str, **labels: str) -> float | None:
        return page.get_sample_value(f"hourglass_executor_{name}", labels)

    assert [read("runs_total", by=name) for name in ("compiled", "both", "graphql-core")] == [1, 2, 1]
    assert (read("plans"), read("forgotten_plans_total")) == (2, 2)
    assert read("plan_bytes") == executor.plans.bytes > 0
    assert read("compile_seconds_total") == executor.figures.compile_seconds > 0
