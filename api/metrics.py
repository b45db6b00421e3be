"""What a process counts, and the page on which Prometheus reads it."""

from collections.abc import Iterable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REQUESTS = Counter("hourglass_http_requests", "Requests answered.", ["method", "route", "status"], registry=REGISTRY)
DURATIONS = Histogram(
    "hourglass_http_request_seconds", "Time to answer.", ["route"], buckets=SECONDS, registry=REGISTRY
)
OPERATIONS = Counter("hourglass_operations", "GraphQL operations that ran.", ["kind"], registry=REGISTRY)
ERRORS = Counter("hourglass_operation_errors", "Errors in answers, by their code.", ["code"], registry=REGISTRY)
POOL_SIZE = Gauge("hourglass_database_pool_size", "Database connections that are open.", registry=REGISTRY)
POOL_IN_USE = Gauge("hourglass_database_pool_in_use", "Database connections at work.", registry=REGISTRY)
OUTBOX_LAG = Gauge("hourglass_outbox_lag_seconds", "Age of the oldest fact still unheard.", registry=REGISTRY)
SUBSCRIBERS = Gauge("hourglass_live_subscribers", "Live subscriptions of this process.", registry=REGISTRY)

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "WEBSOCKET"})
"""Labels come from closed sets, or a stranger could grow the page without end."""


def answered(*, method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request under the route's template, never under the path as it was sent."""
    REQUESTS.labels(method if method in METHODS else "OTHER", route, status).inc()
    DURATIONS.labels(route).observe(seconds)


def operated(kind: str, codes: Iterable[str] = ()) -> None:
    """Count one operation (`query`, `mutation`, `subscription`) and the codes of the errors in its answer."""
    OPERATIONS.labels(kind).inc()
    for code in codes:
        ERRORS.labels(code).inc()
