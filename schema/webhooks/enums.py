"""The words of webhooks as the graph shows them."""

from community.webhooks.rules.destinations import Flaw
from community.webhooks.rules.owners import OwnerKind
from community.webhooks.rules.retries import Disabling, Failure, State
from schema.enums import graph_enum

graph_enum(
    OwnerKind,
    "For whom an endpoint is.",
    {
        OwnerKind.HOUSE: "The company itself: it hears everything.",
        OwnerKind.PARTNER: "A partner: it hears what names it.",
    },
    name="WebhookOwner",
)
graph_enum(Disabling, "Why an endpoint is told nothing.", name="WebhookDisablingReason")
graph_enum(State, "Where a delivery stands.", name="WebhookDeliveryState")
graph_enum(Failure, "Why an attempt failed.", name="WebhookFailure")
graph_enum(Flaw, "Why no endpoint can be at a URL.", name="WebhookUrlFlaw")
