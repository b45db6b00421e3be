"""Telling again: one delivery, one event, everything since a time; and a test, which is about nothing.

The id of an event stays the same however often it is told, so that a receiver knows it again.
"""

from datetime import datetime
from uuid import UUID

import orjson

from community import database
from community.access.policy import Actor
from community.database import transaction
from community.kernel import clock, ids
from community.kernel.errors import BadInput, NotFound
from community.kernel.facts import REGISTRY
from community.outbox import queries as feed
from community.webhooks import policy
from community.webhooks.errors import EventNotInFeed
from community.webhooks.queries import DeliveryView, EndpointView, areas_of_types, endpoints_by_ids
from community.webhooks.rules.owners import is_told
from community.webhooks.rules.subscriptions import TEST
from community.webhooks.service.waiting import Parcel, put_again


@transaction()
async def send_test(actor: Actor, endpoint_id: UUID) -> DeliveryView:
    """Send a `webhook.test` soon, once, even to an endpoint that is switched off. The log tells what came of it."""
    endpoint = await _endpoint(actor, endpoint_id)
    data = orjson.dumps({"endpoint_id": str(endpoint.id)}).decode()
    return await put_again(Parcel(endpoint.id, ids.new_id(), TEST, 1, None, str(endpoint.id), data, clock.now()))


@transaction()
async def replay_event(actor: Actor, endpoint_id: UUID, event_id: UUID) -> DeliveryView:
    """Tell an endpoint an event of the feed, whether or not it was told before. Raises NotFound or EventNotInFeed."""
    endpoint = await _endpoint(actor, endpoint_id)
    event = await feed.event(event_id)
    if event is None or event.type not in areas_of_types():
        raise EventNotInFeed
    if not is_told(endpoint.owner, REGISTRY[event.type], event.payload):
        raise EventNotInFeed
    return await put_again(Parcel.of(event, endpoint.id, endpoint.owner))


@transaction()
async def replay_delivery(actor: Actor, delivery_id: UUID) -> DeliveryView:
    """Tell it again, as if for the first time: a new delivery, unless the old one still waits. Raises NotFound."""
    policy.require_manage(actor)
    row = await database.fetch_one(
        "select endpoint_id, event_id, event_type, version, sequence, ordering_key, data::text, occurred_at"
        " from webhooks_delivery delivery where id = $1"
        " and exists (select from webhooks_endpoint where id = delivery.endpoint_id and deleted_at is null)",
        delivery_id,
    )
    if row is None or (actor.partner_id and await endpoints_by_ids(actor, [row["endpoint_id"]]) == [None]):
        raise NotFound("WebhookDelivery")
    return await put_again(Parcel(**row))


@transaction()
async def replay_since(actor: Actor, endpoint_id: UUID, since: datetime) -> EndpointView:
    """Put an endpoint back to where the feed was at that time: it is told everything since then again, in order.

    It may be told a little from before, and nothing that the feed no longer holds. Raises NotFound or BadInput.
    """
    if since >= clock.now():
        raise BadInput("since", "Replay from a moment that has passed.")
    endpoint = await _endpoint(actor, endpoint_id)
    await database.execute(
        "update webhooks_endpoint set position = least(position, $2) where id = $1",
        endpoint_id,
        await feed.position_before(since),
    )
    return endpoint


async def _endpoint(actor: Actor, endpoint_id: UUID) -> EndpointView:
    policy.require_manage(actor)
    (endpoint,) = await endpoints_by_ids(actor, [endpoint_id])
    if endpoint is None:
        raise NotFound("WebhookEndpoint")
    return endpoint
