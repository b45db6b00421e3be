"""Endpoints, deliveries and attempts as the graph shows them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

import schema.webhooks.enums  # noqa: F401  (declares the enums that the fields below use)
from community.webhooks import queries as webhooks
from community.webhooks.queries import AttemptView, DeliveryView, EndpointView, EventType
from community.webhooks.rules.owners import OwnerKind
from community.webhooks.rules.retries import ATTEMPTS, Disabling, Failure, State
from schema.context import Info
from schema.execution.levels import level
from schema.nodes import Node, each_or_none
from schema.outbox.types import Event
from schema.prices import PRICE, PRIVATE, Price
from schema.scalars import Long
from schema.views import Shown, shows

STAFF = {PRIVATE: True}


@shows
@strawberry.type(description="A type of events that endpoints can be told, and that the feed holds.")
class WebhookEventType(Shown[EventType]):
    """One line of the catalogue."""

    name: str = strawberry.field(description="A noun and a past participle, such as `post.written`.")
    area: str = strawberry.field(description="The area that announces it: `posts.*` subscribes to all of `posts`.")
    meaning: str = strawberry.field(description="What has happened.")


@strawberry.type(description="A URL that is told what happens. Its secret is shown once, when it is made or rotated.")
class WebhookEndpoint(Node):
    """One endpoint."""

    owner: OwnerKind = strawberry.field(description="For whom it is.")
    url: str = strawberry.field(description="Where it is.")
    description: str = strawberry.field(description="What it is for; may be empty.")
    event_types: list[str] = strawberry.field(description="What it wants: types, `<area>.*`, or `*` for everything.")
    api_version: int = strawberry.field(description="The shape of the messages it is sent.")
    is_enabled: bool = strawberry.field(description="Whether it is told what happens.")
    disabled_reason: Disabling | None = strawberry.field(description="Why it is told nothing; null while it is.")
    disabled_at: datetime | None = strawberry.field(description="Since when it is told nothing; null while it is told.")
    failing_since: datetime | None = strawberry.field(description="Since when it only fails; null while it is well.")
    quiet_until: datetime | None = strawberry.field(description="Until when it asked for quiet; may have passed.")
    previous_secret_until: datetime | None = strawberry.field(
        description="Until when the secret before the last rotation signs as well; may have passed."
    )
    created_at: datetime = strawberry.field(description="When it was made.")

    @classmethod
    def of(cls, endpoint: EndpointView) -> Self:
        return cls(
            uuid=endpoint.id,
            owner=endpoint.owner.kind,
            url=endpoint.url,
            description=endpoint.description,
            event_types=list(endpoint.event_types),
            api_version=endpoint.api_version,
            is_enabled=endpoint.disabled_at is None,
            disabled_reason=endpoint.disabled_reason,
            disabled_at=endpoint.disabled_at,
            failing_since=endpoint.failing_since,
            quiet_until=endpoint.quiet_until,
            previous_secret_until=endpoint.previous_until,
            created_at=endpoint.created_at,
        )

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        found = await webhooks.endpoints_by_ids(info.context.actor, ids)
        return each_or_none(cls.of, found)


@shows
@strawberry.type(description="One attempt to tell an endpoint.")
class WebhookAttempt(Shown[AttemptView]):
    """A line of a delivery's log."""

    number: int = strawberry.field(description=f"The first, second and so on; {ATTEMPTS} at most, unless replayed.")
    began_at: datetime = strawberry.field(description="When it began.")
    took_ms: int = strawberry.field(description="How long it took, in milliseconds.")
    status: int | None = strawberry.field(description="The HTTP status of the answer; null when there was none.")
    failure: Failure | None = strawberry.field(description="Why it failed; null when it did not.")
    answer: str = strawberry.field(description="The beginning of the answer's body, as it came.")


@strawberry.type(description="One event for one endpoint.")
class WebhookDelivery(Node):
    """One delivery."""

    event_id: UUID = strawberry.field(description="The header `webhook-id`: the same however often it is sent.")
    event_type: str = strawberry.field(description="What happened, or `webhook.test`.")
    sequence: Long | None = strawberry.field(description="The event's place in the feed; null for a test.")
    ordering_key: str = strawberry.field(description="Events with the same key are sent in their order.")
    occurred_at: datetime = strawberry.field(description="When it happened.")
    created_at: datetime = strawberry.field(description="When it began to wait.")
    state: State = strawberry.field(description="Where it stands.")
    attempt_count: int = strawberry.field(description="How often it was tried since it was made or replayed.")
    next_attempt_at: datetime | None = strawberry.field(description="When it is tried next; null when it is done.")
    settled_at: datetime | None = strawberry.field(description="When it was done; null while it waits.")
    endpoint_id: strawberry.Private[UUID]

    @level(description="Where it goes; null when the endpoint was deleted.", metadata=STAFF)
    async def endpoint(deliveries: list["WebhookDelivery"], info: Info) -> list[WebhookEndpoint | None]:
        return await WebhookEndpoint.visible([delivery.endpoint_id for delivery in deliveries], info)

    @level(description="What it tells; null for a test, and when it has left the feed.", metadata=STAFF)
    async def event(deliveries: list["WebhookDelivery"], info: Info) -> list[Event | None]:
        return await Event.visible([delivery.event_id for delivery in deliveries], info)

    @level(description="Every attempt, the first one first.", metadata={PRICE: Price(items=2)})
    async def attempts(deliveries: list["WebhookDelivery"]) -> list[list[WebhookAttempt]]:
        found = await webhooks.attempts_at([delivery.uuid for delivery in deliveries])
        return [list(map(WebhookAttempt.of, attempts)) for attempts in found]

    @classmethod
    def of(cls, delivery: DeliveryView) -> Self:
        return cls(
            uuid=delivery.id,
            event_id=delivery.event_id,
            event_type=delivery.event_type,
            sequence=None if delivery.sequence is None else Long(delivery.sequence),
            ordering_key=delivery.ordering_key,
            occurred_at=delivery.occurred_at,
            created_at=delivery.created_at,
            state=delivery.state,
            attempt_count=delivery.attempts,
            next_attempt_at=delivery.next_attempt_at,
            settled_at=delivery.settled_at,
            endpoint_id=delivery.endpoint_id,
        )

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        found = await webhooks.deliveries_by_ids(info.context.actor, ids)
        return each_or_none(cls.of, found)
