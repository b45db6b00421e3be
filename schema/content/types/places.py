"""Where items belong: topics and series."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Self
from uuid import UUID

import strawberry

from community.content import queries as content
from community.content.queries import TopicView
from community.kernel.pages import PageRequest
from schema.connections import Connection, paged
from schema.content.types.access import SEEN
from schema.context import Info
from schema.execution.levels import level
from schema.nodes import Node, each_found
from schema.views import Shown, shows

if TYPE_CHECKING:
    from schema.content.types.items import Content


@shows
@strawberry.type(description="Where items belong.")
class Place(Node, Shown[TopicView]):
    """What topics and series have in common."""

    slug: str = strawberry.field(description="How it is called in addresses.")

    @strawberry.field(description="Its name, in your language where it has one.")
    def name(self, info: Info) -> str:
        return self.view.name(info.context.locale)


@strawberry.type(description="What items are about. Members subscribe to topics.")
class Topic(Place):
    """A topic."""

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        return each_found(cls.of, await content.topics_by_ids(ids), ids)

    @level(description="What is published about it, newest first.", metadata=SEEN)
    @paged(content.LATEST_SHAPE)
    async def contents(
        parents: list["Topic"], info: Info, request: PageRequest
    ) -> list[Connection[Annotated["Content", strawberry.lazy("schema.content.types.items")]]]:
        from schema.content.types.items import Content

        pages = await content.in_topics(info.context.actor, [topic.uuid for topic in parents], request)
        return [Connection.of(page, Content.of) for page in pages]

    @level(description="Whether you subscribed to it.")
    async def viewer_has_subscribed(parents: list["Topic"], info: Info) -> list[bool]:
        found = await content.subscribed_among(info.context.actor, [topic.uuid for topic in parents])
        return [topic.uuid in found for topic in parents]


@strawberry.type(description="Items that belong together, in an order.")
class ContentSeries(Place):
    """A series."""

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        return each_found(cls.of, await content.series_by_ids(ids), ids)

    @level(description="What is published of it, in its order.", metadata=SEEN)
    @paged(content.SERIES_SHAPE)
    async def contents(
        parents: list["ContentSeries"], info: Info, request: PageRequest
    ) -> list[Connection[Annotated["Content", strawberry.lazy("schema.content.types.items")]]]:
        from schema.content.types.items import Content

        pages = await content.in_series(info.context.actor, [series.uuid for series in parents], request)
        return [Connection.of(page, Content.of) for page in pages]
