"""The root fields that read content."""

from typing import Annotated

import strawberry

from community.content import queries as content
from community.content.queries import LATEST_SHAPE, RECOMMENDATION_SHAPE, Because, Filter, Recommendation
from community.content.rules.life import Kind, Status
from community.kernel.pages import PageRequest
from schema.along import nodes_along, read_along
from schema.connections import Connection, paged
from schema.content.types import Content, ContentSeries, Topic
from schema.content.types.items import company_of_items
from schema.context import Info
from schema.execution.levels import level
from schema.nodes import decode_id, each_found
from schema.prices import PRICE, PRIVATE, Price


@strawberry.input(description="Which items. What is left out is left open.")
class ContentFilter:
    """A filter of items."""

    kind: Kind | None = strawberry.field(default=None, description="Only items of this kind.")
    locale: str | None = strawberry.field(default=None, description="Only items in this language: en or zh-Hant.")
    topic_id: strawberry.ID | None = strawberry.field(default=None, description="Only items about this topic.")


NO_FILTER = ContentFilter()


@strawberry.type(description="Something to read next, and why. `setRecommendations` switches this off.")
class RecommendedContent:
    """A recommendation with what its reason names."""

    recommendation: strawberry.Private[Recommendation]
    because: Because = strawberry.field(description="Why it is recommended.", metadata={PRIVATE: True})
    tier: str | None = strawberry.field(
        description="The key of your tier, if its members read it.", metadata={PRIVATE: True}
    )

    @classmethod
    def of(cls, recommendation: Recommendation) -> "RecommendedContent":
        return cls(recommendation=recommendation, because=recommendation.because, tier=recommendation.tier)

    @strawberry.field(description="What to read.", metadata={PRIVATE: True})
    def content(self) -> Content:
        return Content.of(self.recommendation.item)

    @level(description="The topic it is new in, if that is why.", metadata={PRIVATE: True})
    async def topic(parents: list["RecommendedContent"], info: Info) -> list[Topic | None]:
        wanted = [each.recommendation.topic_id for each in parents]
        found = await content.topics_by_ids(each for each in wanted if each)
        return each_found(Topic.of, found, wanted)

    @level(description="What you read, if that is why; null where it is gone.", metadata={PRIVATE: True})
    async def read(parents: list["RecommendedContent"], info: Info) -> list[Content | None]:
        wanted = [each.recommendation.read_id for each in parents]
        found = await content.items(info.context.actor, (each for each in wanted if each))
        return each_found(Content.of, found, wanted)


@strawberry.type
class ContentQueries:
    """What there is to read, to watch, to hear, to take home."""

    @strawberry.field(description="An item by its slug; null where there is none for you.", metadata={PRIVATE: True})
    async def content(
        self, info: Info, slug: Annotated[str, strawberry.argument(description="How it is called in addresses.")]
    ) -> Content | None:
        along = read_along(info, company_of_items)
        item = await content.item_by_slug(info.context.actor, slug, along)
        return Content.opened(item, info, along) if item else None

    @strawberry.field(
        description="What is published, newest first. What is not open to you is listed, too, and says what opens it.",
        metadata={PRIVATE: True},
    )
    @paged(LATEST_SHAPE)
    async def contents(
        self,
        info: Info,
        request: PageRequest,
        where: Annotated[ContentFilter | None, strawberry.argument(description="Which items; all without it.")] = None,
    ) -> Connection[Content]:
        along = nodes_along(info, company_of_items)
        page = await content.latest(info.context.actor, request, _chosen(where or NO_FILTER), along)
        return Content.page(page, along)

    @strawberry.field(
        description="What says this in its title, its summary or before its wall, newest first. Words between spaces"
        " are all needed; of Chinese, Japanese, Korean and Thai any two characters or more are found.",
        metadata={PRIVATE: True, PRICE: Price(own=10)},
    )
    @paged(LATEST_SHAPE)
    async def search_contents(
        self,
        info: Info,
        request: PageRequest,
        query: Annotated[str, strawberry.argument(description="What to look for, 1 to 100 characters.")],
        where: Annotated[ContentFilter | None, strawberry.argument(description="Which items; all without it.")] = None,
    ) -> Connection[Content]:
        along = nodes_along(info, company_of_items)
        page = await content.matching(info.context.actor, query, request, _chosen(where or NO_FILTER), along)
        return Content.page(page, along)

    @strawberry.field(
        description="What you could read next: open to you, new to you, each with its reason; the best reasons first.",
        metadata={PRIVATE: True, PRICE: Price(own=20)},
    )
    @paged(RECOMMENDATION_SHAPE)
    async def recommended_contents(self, info: Info, request: PageRequest) -> Connection[RecommendedContent]:
        return Connection.of(await content.recommended(info.context.actor, request), RecommendedContent.of)

    @strawberry.field(description="What you keep for later, kept last first.", metadata={PRIVATE: True})
    @paged()
    async def bookmarks(self, info: Info, request: PageRequest) -> Connection[Content]:
        along = nodes_along(info, company_of_items)
        return Content.page(await content.bookmarked(info.context.actor, request, along), along)

    @strawberry.field(description="Whether you get recommendations made for you.", metadata={PRIVATE: True})
    async def viewer_wants_recommendations(self, info: Info) -> bool:
        return await content.wants_recommendations(info.context.actor)

    @strawberry.field(description="Everything there is, begun last first: for editors.", metadata={PRIVATE: True})
    @paged()
    async def content_desk(
        self,
        info: Info,
        request: PageRequest,
        status: Annotated[Status | None, strawberry.argument(description="Only what stands like this.")] = None,
    ) -> Connection[Content]:
        return Connection.of(await content.desk(info.context.actor, request, status), Content.of)

    @strawberry.field(description="All topics, in the order they were made.")
    @paged()
    async def topics(self, request: PageRequest) -> Connection[Topic]:
        return Connection.of(await content.topics(request), Topic.of)

    @strawberry.field(description="A topic by its slug; null where there is none.")
    async def topic(
        self, slug: Annotated[str, strawberry.argument(description="How it is called in addresses.")]
    ) -> Topic | None:
        topic = await content.topic_by_slug(slug)
        return Topic.of(topic) if topic else None

    @strawberry.field(description="A series by its slug; null where there is none.")
    async def content_series(
        self, slug: Annotated[str, strawberry.argument(description="How it is called in addresses.")]
    ) -> ContentSeries | None:
        series = await content.series_by_slug(slug)
        return ContentSeries.of(series) if series else None


def _chosen(where: ContentFilter) -> Filter:
    return Filter(
        kind=where.kind,
        locale=where.locale,
        topic_id=decode_id(where.topic_id, Topic, "topicId") if where.topic_id is not None else None,
    )
