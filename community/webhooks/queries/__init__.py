"""Reading webhooks: endpoints, what they were sent, every attempt, and the types of events there are."""

from community.webhooks.queries.deliveries import (
    AttemptView,
    DeliveryView,
    Where,
    attempts_at,
    deliveries,
    deliveries_by_ids,
    has_work,
)
from community.webhooks.queries.endpoints import EndpointView, endpoints, endpoints_by_ids, own_endpoints
from community.webhooks.queries.event_types import EventType, areas_of_types, event_types, meaning_of

__all__ = [
    "AttemptView",
    "DeliveryView",
    "EndpointView",
    "EventType",
    "Where",
    "areas_of_types",
    "attempts_at",
    "deliveries",
    "deliveries_by_ids",
    "endpoints",
    "endpoints_by_ids",
    "event_types",
    "has_work",
    "meaning_of",
    "own_endpoints",
]
