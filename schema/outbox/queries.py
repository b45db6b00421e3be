"""The root fields that read the outbox."""

import strawberry

from community.kernel.pages import PageRequest
from community.outbox import queries as outbox
from community.outbox.queries import DELIVERY_SHAPE, EVENT_SHAPE
from schema.connections import Connection, paged
from schema.context import Info
from schema.outbox.types import STAFF, Delivery, Event, SubjectId, Types, chosen


@strawberry.type
class OutboxQueries:
    """The feed, and what its hearers could not take."""

    @strawberry.field(
        description="Everything that happened, in order. Go on from the last cursor to miss none. Needs outbox.read.",
        metadata=STAFF,
    )
    @paged(EVENT_SHAPE)
    async def events(
        self,
        info: Info,
        request: PageRequest,
        types: Types = None,
        subject_id: SubjectId = None,
    ) -> Connection[Event]:
        return Connection.of(await outbox.events(info.context.actor, request, chosen(types, subject_id)), Event.of)

    @strawberry.field(
        description="Deliveries that were given up, the latest first. Needs outbox.replay.", metadata=STAFF
    )
    @paged(DELIVERY_SHAPE)
    async def failed_deliveries(self, info: Info, request: PageRequest) -> Connection[Delivery]:
        return Connection.of(await outbox.failed_deliveries(info.context.actor, request), Delivery.of)
