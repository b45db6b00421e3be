"""Events and parked deliveries, as the graph shows them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self, TypeAlias
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from community.kernel.pages import encode_cursor
from community.outbox import queries as outbox
from community.outbox.queries import DeliveryView, EventView, Filter
from schema.context import Info
from schema.execution.levels import level
from schema.nodes import Node, each_or_none
from schema.prices import PRIVATE
from schema.scalars import Long

STAFF = {PRIVATE: True}

Types: TypeAlias = Annotated[
    list[str] | None, strawberry.argument(description="Only events of these types, such as `post.written`.")
]
SubjectId: TypeAlias = Annotated[UUID | None, strawberry.argument(description="Only events about this subject.")]


@strawberry.type(description="Something that happened, with its place in the feed. It never changes.")
class Event(Node):
    """A fact of the feed."""

    type: str = strawberry.field(description="What happened: a noun and a past participle, such as `post.written`.")
    version: int = strawberry.field(description="Grows when the shape of the payload changes.")
    sequence: Long = strawberry.field(description="The place in the feed: 1, 2, 3 and so on, without a gap.")
    subject_id: UUID = strawberry.field(description="What it is about.")
    ordering_key: str = strawberry.field(description="Events with the same key are to be applied in their order.")
    occurred_at: datetime = strawberry.field(description="When it happened.")
    payload: JSON = strawberry.field(description="Its data: ids, numbers and codes, nothing personal.")

    @strawberry.field(description="The id under which webhooks tell of it.")
    def webhook_id(self) -> UUID:
        return self.uuid

    @strawberry.field(description="This place in the feed: give it to `events(after:)` to go on from here.")
    def cursor(self) -> str:
        return encode_cursor((self.sequence,))

    @classmethod
    def of(cls, event: EventView) -> Self:
        return cls(
            uuid=event.id,
            type=event.type,
            version=event.version,
            sequence=Long(event.sequence),
            subject_id=event.subject_id,
            ordering_key=event.ordering_key,
            occurred_at=event.recorded_at,
            payload=JSON(event.payload),
        )

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        return each_or_none(cls.of, await outbox.events_by_ids(info.context.actor, ids))


@strawberry.type(
    description="An event that one of the server's own hearers failed to take, however often it was tried."
)
class Delivery(Node):
    """A parked delivery. The queue counts deliveries; as a UUID, the count is an id like any other."""

    hearer: str = strawberry.field(description="Who should have heard it: an area and a function.")
    attempts: int = strawberry.field(description="How often it was tried.")
    failed_at: datetime = strawberry.field(description="When it was given up.")
    error: str = strawberry.field(description="What went wrong the last time.")
    event_id: strawberry.Private[UUID]

    @level(description="What should have been heard.", metadata=STAFF)
    async def event(deliveries: list["Delivery"], info: Info) -> list[Event | None]:
        return await Event.visible([delivery.event_id for delivery in deliveries], info)

    @classmethod
    def of(cls, delivery: DeliveryView) -> Self:
        return cls(
            uuid=UUID(int=delivery.id),
            hearer=delivery.hearer,
            attempts=delivery.attempts,
            failed_at=delivery.failed_at,
            error=delivery.error,
            event_id=delivery.fact_id,
        )

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        found = await outbox.failed_deliveries_by_ids(info.context.actor, list(map(number_of, ids)))
        return each_or_none(cls.of, found)


def number_of(delivery_id: UUID) -> int:
    """The number of a delivery in the queue; 0, which none has, for an id that is no number of the queue's."""
    return delivery_id.int if delivery_id.int < 2**63 else 0


def chosen(types: list[str] | None, subject_id: UUID | None) -> Filter:
    """The filter that the two arguments make."""
    return Filter(types=None if types is None else tuple(types), subject=subject_id)
