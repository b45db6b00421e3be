"""Items, as this caller may see them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Annotated, Self
from uuid import UUID

import strawberry

from community.content import policy
from community.content import queries as content
from community.content.queries import BodyView, ContentView
from community.content.rules.activities import CONTENT
from community.content.rules.life import Kind
from community.kernel import clock
from community.kernel.along import Along, Company
from community.kernel.pages import Page
from schema.along import REMEMBERED, along_of, brings, companions, read_along
from schema.connections import Connection
from schema.content.types.access import SEEN, AccessWindow, ContentAccess
from schema.content.types.bodies import ContentBody, MediaFile
from schema.content.types.desk import ContentDesk
from schema.content.types.places import ContentSeries, Topic
from schema.context import Info
from schema.execution.levels import level
from schema.nodes import Node, each_found
from schema.prices import PRICE, PRIVATE, Price
from schema.views import Shown, shows


@shows
@strawberry.type(description="How far you are with an item, as your last device said.")
class ReadingProgress(Shown[content.ProgressView]):
    """Progress."""

    percent: int = strawberry.field(description="How much of it, 0 to 100.")
    position: int = strawberry.field(description="Where to go on: seconds of a video, characters of an article.")
    read_at: datetime = strawberry.field(description="When you were there.")
    completed_at: datetime | None = strawberry.field(description="When you first came to its end.")


@shows
@strawberry.type(description="Something that is published: an article, a video, a sound, files, a thing to look at.")
class Content(Node, Shown[ContentView]):
    """An item as this caller may see it."""

    kind: Kind = strawberry.field(description="What it is.")
    locale: str = strawberry.field(description="The language it is in: en or zh-Hant.")
    slug: str = strawberry.field(description="How it is called in addresses; may be in any script.")
    title: str = strawberry.field(description="Its title, which everybody may read.")
    summary: str = strawberry.field(description="What it is about, which everybody may read; may be empty.")
    published_at: datetime | None = strawberry.field(description="When readers first found it; null for drafts.")

    @classmethod
    def page(cls, page: Page[ContentView], along: Along) -> Connection["Content"]:
        """A page of items, and what came along with them."""
        return Connection.of(page, partial(cls.of, along=along))

    @classmethod
    def opened(cls, item: ContentView, info: Info, along: Along) -> Self:
        """An item on a page of its own: whoever may see it has seen it."""
        _shown([item], info)
        return cls.of(item, along)

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        along = read_along(info, company_of_items)
        found = await content.items(info.context.actor, ids, along)
        _shown(found.values(), info)
        return each_found(partial(cls.of, along=along), found, ids)

    @strawberry.field(
        description="Whether you may see what is behind its wall, and what would help.",
        metadata={PRIVATE: True, PRICE: Price(own=0)},
    )
    def access(self) -> ContentAccess:
        return ContentAccess.of(self.view.access)

    @strawberry.field(
        description="When it opens to whom, in order; empty where it is open at once.",
        metadata={PRICE: Price(own=0, items=3)},
    )
    def windows(self) -> list[AccessWindow]:
        return [AccessWindow.of(window) for window in self.view.terms.windows]

    @level(description="What stands in it, as far as you may read it.", metadata={PRIVATE: True, PRICE: Price(own=2)})
    async def body(parents: list["Content"], info: Info) -> list[ContentBody]:
        found = await content.bodies([item.view for item in parents])
        return [ContentBody.of(found.get(item.uuid, GONE)) for item in parents]

    @level(description="Its cover, which everybody may see; null where it has none.")
    async def cover(parents: list["Content"], info: Info) -> list[MediaFile | None]:
        wanted = [item.view.cover_id for item in parents]
        found = await content.linked((each for each in wanted if each), clock.now(), along_of(parents))
        return each_found(MediaFile.of, found, wanted)

    @level(description="What it is about.", metadata={PRICE: Price(items=2)})
    async def topics(parents: list["Content"], info: Info) -> list[list[Topic]]:
        ids = [each for item in parents for each in item.view.topic_ids]
        found = await content.topics_by_ids(ids, along_of(parents))
        return [[Topic.of(found[each]) for each in item.view.topic_ids if each in found] for item in parents]

    @level(description="The series it belongs to, if it belongs to one.")
    async def series(parents: list["Content"], info: Info) -> list[ContentSeries | None]:
        wanted = [item.view.series_id for item in parents]
        found = await content.series_by_ids((each for each in wanted if each), along_of(parents))
        return each_found(ContentSeries.of, found, wanted)

    @strawberry.field(description="Its place in its series.")
    def series_position(self) -> int | None:
        return self.view.series_position

    @level(
        description="What is nearest to it: of its series, then of its topics. At most 12.",
        metadata={PRIVATE: True, PRICE: Price(own=2, items=12)},
    )
    async def related(
        parents: list["Content"],
        info: Info,
        size: Annotated[int, strawberry.argument(description="How many, 0 to 12.")] = 6,
    ) -> list[list["Content"]]:
        found = await content.related([item.view for item in parents], size)
        return [[Content.of(item) for item in each] for each in found]

    @level(description="Whether you keep it for later.", metadata=brings(content.BOOKMARK))
    async def viewer_has_bookmarked(parents: list["Content"], info: Info) -> list[bool]:
        found = await content.bookmarked_among(info.context.actor, [i.uuid for i in parents], along_of(parents))
        return [item.uuid in found for item in parents]

    @level(description="How far you are with it; null where you never began.", metadata=brings(content.PROGRESS))
    async def viewer_progress(parents: list["Content"], info: Info) -> list[ReadingProgress | None]:
        found = await content.progress_of(info.context.actor, [i.uuid for i in parents], along_of(parents))
        return each_found(ReadingProgress.of, found, [item.uuid for item in parents])

    @level(description="Whether you may write it.")
    async def viewer_can_edit(parents: list["Content"], info: Info) -> list[bool]:
        return [policy.is_editor(info.context.actor)] * len(parents)

    @level(description="How it stands with it, for editors; null for everybody else.", metadata=SEEN)
    async def desk(parents: list["Content"], info: Info) -> list[ContentDesk | None]:
        if not policy.is_editor(info.context.actor):
            return [None for _ in parents]
        return [ContentDesk.of(item.view) for item in parents]


GONE = BodyView(parts=[], media=[])
"""What is left of an item that went away while it was being read."""


@lru_cache(REMEMBERED)
def company_of_items(asked: frozenset[str], viewed: bool) -> Company:
    """Who comes along with items of which this is asked."""
    return content.company(
        of_items=companions(Content, asked, viewed),
        of_covers=[content.MEDIA] if "cover" in asked else [],
        of_series=[content.SERIES] if "series" in asked else [],
        of_topics=[content.TOPIC] if "topics" in asked else [],
    )


def _shown(items: Iterable[ContentView], info: Info) -> None:
    """Whoever may not see it has not seen it; what one wrote oneself is not looked at."""
    viewer_id = info.context.actor.member_id
    if viewer_id is not None:
        info.context.shows(CONTENT, [item.id for item in items if item.access.granted and item.created_by != viewer_id])
