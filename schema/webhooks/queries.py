"""The root fields that read webhooks."""

from typing import Annotated
from uuid import UUID

import strawberry

from community.kernel.pages import PageRequest
from community.webhooks import queries as webhooks
from community.webhooks.queries import Where
from community.webhooks.rules.retries import State
from schema.connections import Connection, paged
from schema.context import Info
from schema.nodes import decode_id
from schema.prices import PRICE, PRIVATE, Price
from schema.webhooks.types import WebhookDelivery, WebhookEndpoint, WebhookEventType

STAFF = {PRIVATE: True}


@strawberry.input(description="Which deliveries. What is left out is left open.")
class WebhookDeliveryFilter:
    """A filter of deliveries."""

    endpoint_id: strawberry.ID | None = strawberry.field(default=None, description="Only to this endpoint.")
    event_id: UUID | None = strawberry.field(default=None, description="Only of the event with this `webhook-id`.")
    event_type: str | None = strawberry.field(default=None, description="Only of events of this type.")
    state: State | None = strawberry.field(default=None, description="Only those that stand there.")


@strawberry.type
class WebhookQueries:
    """Who is told what, and how that went."""

    @strawberry.field(description="All endpoints of webhooks, the newest first. Needs webhooks.read.", metadata=STAFF)
    @paged()
    async def webhook_endpoints(self, info: Info, request: PageRequest) -> Connection[WebhookEndpoint]:
        return Connection.of(await webhooks.endpoints(info.context.actor, request), WebhookEndpoint.of)

    @strawberry.field(
        description="What endpoints were sent or will be, the newest first. Needs webhooks.read.", metadata=STAFF
    )
    @paged()
    async def webhook_deliveries(
        self,
        info: Info,
        request: PageRequest,
        where: Annotated[
            WebhookDeliveryFilter | None, strawberry.argument(description="Which deliveries; all without it.")
        ] = None,
    ) -> Connection[WebhookDelivery]:
        found = await webhooks.deliveries(info.context.actor, request, _chosen(where or WebhookDeliveryFilter()))
        return Connection.of(found, WebhookDelivery.of)

    @strawberry.field(
        description="Every type of events that an endpoint can be told, area by area.",
        metadata={PRICE: Price(items=50)},
    )
    def webhook_event_types(self) -> list[WebhookEventType]:
        return [WebhookEventType.of(kind) for kind in webhooks.event_types()]


def _chosen(where: WebhookDeliveryFilter) -> Where:
    endpoint_id = where.endpoint_id and decode_id(where.endpoint_id, WebhookEndpoint, "where.endpointId")
    return Where(endpoint_id or None, where.event_id, where.event_type, where.state)
