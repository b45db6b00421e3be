"""Hashtags, and how much they are used."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self
from uuid import UUID

import strawberry

from community.campaigns import queries as campaigns
from community.kernel import clock
from community.kernel.along import NOTHING, Along
from community.kernel.pages import PageRequest
from community.posts import queries as posts
from community.posts.queries import HashtagView, TrendView, UseView
from community.posts.rules.hashtags import hashtag_id
from community.posts.rules.trends import Period
from schema.along import brings, nodes_along
from schema.connections import Connection, paged
from schema.context import Info
from schema.enums import graph_enum
from schema.execution.levels import level
from schema.nodes import Node, each_found
from schema.posts.types.texts import SEEN
from schema.prices import PRICE, Price
from schema.together import together
from schema.views import Shown, shows

if TYPE_CHECKING:
    from schema.campaigns.types import Campaign
    from schema.posts.types.posts import Post

graph_enum(
    Period,
    "How long a trend is looked at, and how long a step of a history is.",
    {Period.HOUR: "An hour.", Period.DAY: "24 hours."},
    name="TrendPeriod",
)


@shows
@strawberry.type(description="How often a hashtag was used in one step of its history.")
class HashtagUse(Shown[UseView]):
    """One step."""

    starts_at: datetime = strawberry.field(description="When the step begins.")
    posts: int = strawberry.field(description="How many posts took it up.")
    members: int = strawberry.field(description="How many members did, each counted once an hour.")


@strawberry.type(description="A hashtag: one for all its spellings.")
class Hashtag(Node):
    """A hashtag that was ever used. Its numbers are read only when asked for."""

    view: strawberry.Private[HashtagView | None] = None
    name: str = strawberry.field(description="How it is written, without the sign: folded in width and case.")

    @classmethod
    def of(cls, hashtag: HashtagView) -> Self:
        return cls(uuid=hashtag.id, view=hashtag, name=hashtag.name)

    @classmethod
    def named(cls, name: str, along: Along = NOTHING) -> Self:
        """The hashtag that a post carries under this name, which is there."""
        return cls(uuid=hashtag_id(name), along=along, name=name)

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        found = await posts.hashtags(ids)
        return each_found(cls.of, found, ids)

    @level(
        description="How many posts carry it. Follows what members write by a moment.", metadata=brings(posts.HASHTAG)
    )
    async def post_count(parents: list["Hashtag"], info: Info) -> list[int]:
        return [each.post_count for each in await _numbers(info, parents)]

    @level(
        description="When a post last took it up. Follows by a moment; null until then.", metadata=brings(posts.HASHTAG)
    )
    async def last_used_at(parents: list["Hashtag"], info: Info) -> list[datetime | None]:
        return [each.last_used_at for each in await _numbers(info, parents)]

    @level(
        description="The campaigns with it that are announced or open, those that close first.",
        metadata=SEEN | {PRICE: Price(items=2)},
    )
    async def campaigns(
        parents: list["Hashtag"], info: Info
    ) -> list[list[Annotated["Campaign", strawberry.lazy("schema.campaigns.types")]]]:
        from schema.campaigns.types import Campaign

        found = await campaigns.campaigns_of_hashtags(info.context.actor, [tag.uuid for tag in parents])
        return [[Campaign.of(campaign) for campaign in each] for each in found]

    @level(
        description="How often it was used, step by step up to this hour, the oldest first. Follows by some minutes.",
        metadata={PRICE: Price(own=5)},
    )
    async def history(
        parents: list["Hashtag"],
        info: Info,
        period: Annotated[Period, strawberry.argument(description="How long a step is.")] = Period.DAY,
        last: Annotated[int, strawberry.argument(description="How many steps, 1 to 366.")] = 30,
    ) -> list[list[HashtagUse]]:
        ids = [tag.uuid for tag in parents]
        found = await posts.histories(ids, period, clock.now(), last)
        return [[HashtagUse.of(use) for use in uses] for uses in found]

    @level(description="The posts that carry it, newest first.", metadata=SEEN)
    @paged()
    async def posts(
        parents: list["Hashtag"], info: Info, request: PageRequest
    ) -> list[Connection[Annotated["Post", strawberry.lazy("schema.posts.types.posts")]]]:
        from schema.posts.types.posts import Post, company_of_posts

        along = nodes_along(info, company_of_posts)
        pages = await posts.tagged(info.context.actor, [tag.uuid for tag in parents], request, along)
        return [Post.page(page, info, along) for page in pages]


@strawberry.type(description="A hashtag that more members take up than usual.")
class HashtagTrend:
    """A trend."""

    hashtag: Hashtag = strawberry.field(description="The hashtag.")
    members: int = strawberry.field(description="How many members took it up in the period, each once an hour.")
    expected: float = strawberry.field(description="How many were to be expected from the periods before.")
    score: float = strawberry.field(
        description="How unusual that is: (members - expected) / √(expected + 1). What is always used does not trend."
    )

    @classmethod
    def of(cls, found: TrendView) -> Self:
        trend = found.trend
        return cls(hashtag=Hashtag.of(found.hashtag), members=trend.current, expected=trend.expected, score=trend.score)


async def _numbers(info: Info, tags: Sequence[Hashtag]) -> list[HashtagView]:
    """What was read of each, or is read now."""
    unread = [tag.uuid for tag in tags if tag.view is None]
    found = iter(await together(info, posts.hashtags_of, unread, parents=tags, beside=posts.HASHTAG))
    return [view for tag in tags if (view := tag.view or next(found))]
