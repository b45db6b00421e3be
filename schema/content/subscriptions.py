"""Content as it is published, and as its windows open."""

from collections.abc import AsyncIterator
from contextlib import closing
from typing import Annotated
from uuid import UUID

import strawberry

from community.content import queries as content
from community.content.facts import ContentPublished, ContentWindowOpened
from community.outbox import service as outbox
from community.outbox.service import Live
from schema.content.types import Content, Topic
from schema.context import Info
from schema.nodes import decode_id


@strawberry.type
class ContentSubscriptions:
    """What is new, while you look."""

    @strawberry.subscription(description="Each item when readers first find it, and when a new revision is published.")
    async def content_published(
        self,
        info: Info,
        topic_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only items about this topic.")
        ] = None,
    ) -> AsyncIterator[Content]:
        wanted = decode_id(topic_id, Topic, "topicId") if topic_id is not None else None
        return _published(info, outbox.live(ContentPublished), wanted)

    @strawberry.subscription(description="An item each time that an access window of it opened, to whomever.")
    async def content_window_opened(
        self,
        info: Info,
        content_id: Annotated[strawberry.ID, strawberry.argument(description="The item.")],
    ) -> AsyncIterator[Content]:
        subject = decode_id(content_id, Content, "contentId")
        opened = outbox.live(ContentWindowOpened, subject=subject)
        await content.item(info.context.actor, subject)
        return _opened(info, opened)


async def _published(info: Info, published: Live[ContentPublished], wanted: UUID | None) -> AsyncIterator[Content]:
    with closing(published):
        async for fact in published:
            if wanted is None or wanted in fact.topic_ids:
                for item in (await content.items(info.context.actor, [fact.content_id])).values():
                    yield Content.of(item)


async def _opened(info: Info, opened: Live[ContentWindowOpened]) -> AsyncIterator[Content]:
    with closing(opened):
        async for fact in opened:
            for item in (await content.items(info.context.actor, [fact.content_id])).values():
                yield Content.of(item)
