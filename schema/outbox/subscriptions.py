"""The feed as it grows."""

from collections.abc import AsyncIterator

import strawberry

from community.kernel.pages import decode_cursor
from community.outbox import service as outbox
from community.outbox.queries import EVENT_SHAPE
from schema.connections import After
from schema.context import Info
from schema.outbox.types import Event, SubjectId, Types, chosen


@strawberry.type
class OutboxSubscriptions:
    """What happens, while it happens."""

    @strawberry.subscription(
        description="Everything after a cursor, then what happens from now on, without a gap. Needs outbox.read."
    )
    async def events(
        self, info: Info, after: After = None, types: Types = None, subject_id: SubjectId = None
    ) -> AsyncIterator[Event]:
        sequence = None if after is None else decode_cursor(after, EVENT_SHAPE)[0]
        feed = outbox.follow(info.context.actor, after=sequence, which=chosen(types, subject_id))
        return (Event.of(event) async for event in feed)
