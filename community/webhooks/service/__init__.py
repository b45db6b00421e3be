"""The verbs of webhooks: keep endpoints, spread the feed, send, judge, replay, forget."""

from community.webhooks.service.claiming import FAILING, HEALTHY, LANES, Errand, Lane, claim
from community.webhooks.service.endpoints import (
    NewEndpoint,
    create,
    delete,
    disable,
    edit,
    enable,
    rotate_secret,
)
from community.webhooks.service.replaying import replay_delivery, replay_event, replay_since, send_test
from community.webhooks.service.settling import settle
from community.webhooks.service.spreading import spread
from community.webhooks.service.tidying import forget_deliveries, forget_endpoints

__all__ = [
    "FAILING",
    "HEALTHY",
    "LANES",
    "Errand",
    "Lane",
    "NewEndpoint",
    "claim",
    "create",
    "delete",
    "disable",
    "edit",
    "enable",
    "forget_deliveries",
    "forget_endpoints",
    "replay_delivery",
    "replay_event",
    "replay_since",
    "rotate_secret",
    "send_test",
    "settle",
    "spread",
]
