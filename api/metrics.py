"""What a process counts, and the page on which Prometheus reads it."""

import secrets
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import accumulate
from typing import Any

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Metric,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from community import database
from community.kernel.errors import TooBusy
from community.outbox import queries as outbox
from community.outbox import tail
from community.settings import Settings
from schema.execution.executor import Executor

disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Tally(Collector):
    """A counter of what happens on the event loop for each request: without the library's locks it costs a tenth."""

    def __init__(self, name: str, documentation: str, labels: Sequence[str]) -> None:
        self._named = name, documentation, labels
        self.counts: defaultdict[tuple[str, ...], int] = defaultdict(int)
        REGISTRY.register(self)

    def collect(self) -> Iterator[Metric]:
        """What the page shows."""
        name, documentation, labels = self._named
        family = CounterMetricFamily(name, documentation, labels=labels)
        for values, count in self.counts.copy().items():
            family.add_metric(values, count)
        yield family


class Durations(Collector):
    """The same for how long something took, by one label: a histogram."""

    def __init__(self, name: str, documentation: str, label: str) -> None:
        self._named = name, documentation, label
        self._found: dict[str, tuple[list[int], list[float]]] = {}
        REGISTRY.register(self)

    def add(self, value: str, seconds: float) -> None:
        """It took so long once more."""
        if value not in self._found:
            self._found[value] = [0] * (len(SECONDS) + 1), [0.0]
        counts, total = self._found[value]
        counts[bisect_left(SECONDS, seconds)] += 1
        total[0] += seconds

    def collect(self) -> Iterator[Metric]:
        """What the page shows: how many took at most so long."""
        name, documentation, label = self._named
        family = HistogramMetricFamily(name, documentation, labels=[label])
        bounds = [*map(floatToGoString, SECONDS), "+Inf"]
        for value, (counts, (total,)) in self._found.copy().items():
            family.add_metric([value], [*zip(bounds, accumulate(counts), strict=True)], total)
        yield family


class Executions(Collector):
    """What an executor has counted by itself."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def collect(self) -> Iterator[Metric]:
        """What the page shows."""
        figures, plans = self._executor.figures, self._executor.plans
        runs = CounterMetricFamily(
            "hourglass_executor_runs", "Operations and live events, by what ran them.", labels=["by"]
        )
        runs.add_metric(["compiled"], figures.compiled)
        runs.add_metric(["both"], figures.completed)
        runs.add_metric(["graphql-core"], figures.reference)
        yield runs
        yield GaugeMetricFamily("hourglass_executor_plans", "Compiled operations at hand.", len(plans))
        yield GaugeMetricFamily("hourglass_executor_plan_bytes", "What they take, as estimated.", plans.bytes)
        yield CounterMetricFamily(
            "hourglass_executor_forgotten_plans", "Compiled operations given up for later ones.", figures.forgotten
        )
        yield CounterMetricFamily(
            "hourglass_executor_compile_seconds", "Time to compile operations.", figures.compile_seconds
        )


REQUESTS = Tally("hourglass_http_requests", "Requests answered.", ("method", "route", "status"))
DURATIONS = Durations("hourglass_http_request_seconds", "Time to answer.", "route")
OPERATIONS = Tally("hourglass_operations", "Valid GraphQL operations.", ("kind",))
ERRORS = Counter("hourglass_operation_errors", "Errors in answers, by their code.", ["code"], registry=REGISTRY)
POOL_SIZE = Gauge("hourglass_database_pool_size", "Database connections that are open.", registry=REGISTRY)
POOL_IN_USE = Gauge("hourglass_database_pool_in_use", "Database connections at work.", registry=REGISTRY)
SEQUENCING_LAG = Gauge("hourglass_outbox_sequencing_lag_seconds", "Age of the oldest unplaced fact.", registry=REGISTRY)
DELIVERY_LAG = Gauge("hourglass_outbox_delivery_lag_seconds", "Wait of the oldest due delivery.", registry=REGISTRY)
SUBSCRIBERS = Gauge("hourglass_live_subscribers", "Live subscriptions of this process.", registry=REGISTRY)

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "WEBSOCKET"})
"""Labels come from closed sets, or a stranger could grow the page without end."""


def answered(*, method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request under the route's template, never under the path as it was sent."""
    REQUESTS.counts[method if method in METHODS else "OTHER", route, str(status)] += 1
    DURATIONS.add(route, seconds)


def operated(kind: str) -> None:
    """Count an operation that is valid: `query`, `mutation` or `subscription`."""
    OPERATIONS.counts[(kind,)] += 1


def failed(errors: Iterable[Mapping[str, Any]]) -> None:
    """Count the errors of an answer by their codes, of which the code knows all."""
    for error in errors:
        ERRORS.labels(error["extensions"]["code"]).inc()


def routes(settings: Settings, executor: Executor) -> list[Route]:
    """The page, behind the settings' token if there is one."""
    executions = CollectorRegistry()
    executions.register(Executions(executor))

    async def page(request: Request) -> Response:
        return await _page(executions) if _may_read(request, settings) else Response(status_code=401, headers=ASK)

    return [Route("/metrics", page, methods=["GET"])]


ASK = {"WWW-Authenticate": 'Bearer realm="metrics"'}


def _may_read(request: Request, settings: Settings) -> bool:
    if settings.metrics_token is None:
        return True
    expected = f"Bearer {settings.metrics_token.get_secret_value()}"
    return secrets.compare_digest(request.headers.get("authorization", "").encode(), expected.encode())


async def _page(executions: CollectorRegistry) -> Response:
    pool = database.pool_state()
    POOL_SIZE.set(pool.open)
    POOL_IN_USE.set(pool.lent)
    SUBSCRIBERS.set(tail.current().subscribers)
    await _measure_lags()
    headers = {"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
    return Response(generate_latest(REGISTRY) + generate_latest(executions), headers=headers)


async def _measure_lags() -> None:
    """A page without lags is better than none: while the database is away they are not a number."""
    try:
        sequencing, delivery = await outbox.sequencing_lag(), await outbox.delivery_lag()
    except TooBusy:
        SEQUENCING_LAG.set(float("nan"))
        DELIVERY_LAG.set(float("nan"))
    else:
        SEQUENCING_LAG.set(sequencing / timedelta(seconds=1))
        DELIVERY_LAG.set(delivery / timedelta(seconds=1))
