"""The root fields that read posts: feeds, search, hashtags."""

from datetime import datetime
from typing import Annotated

import strawberry

from community.kernel import clock
from community.kernel.pages import PageRequest
from community.posts import queries as posts
from community.posts.queries import HASHTAG_SHAPE, Filter, Order
from community.posts.rules.trends import Period
from schema.along import nodes_along
from schema.connections import Connection, paged
from schema.context import Info
from schema.enums import graph_enum
from schema.members.types import Member
from schema.nodes import decode_id
from schema.posts.types import Hashtag, HashtagTrend, Post, company_of_posts
from schema.prices import PRICE, PRIVATE, Price

graph_enum(
    Order,
    "The order of a list of posts.",
    {
        Order.NEWEST_FIRST: "What was written last comes first.",
        Order.OLDEST_FIRST: "What was written first comes first.",
    },
    name="PostOrder",
)


@strawberry.input(description="Which posts. What is left out is left open.")
class PostFilter:
    """A filter of posts."""

    author_id: strawberry.ID | None = strawberry.field(default=None, description="Only what this member wrote.")
    hashtag: str | None = strawberry.field(default=None, description="Only what carries this hashtag, in any spelling.")


@strawberry.type
class PostQueries:
    """What was written, and where to find it."""

    @strawberry.field(
        description="Posts that stand: of everybody, of one author, with one hashtag.", metadata={PRIVATE: True}
    )
    @paged()
    async def posts(
        self,
        info: Info,
        request: PageRequest,
        where: Annotated[PostFilter | None, strawberry.argument(description="Which posts; all without it.")] = None,
        order_by: Annotated[Order, strawberry.argument(description="In which order.")] = Order.NEWEST_FIRST,
    ) -> Connection[Post]:
        along = nodes_along(info, company_of_posts)
        which = posts.EVERYTHING if where is None else _chosen(where)
        page = await posts.feed(info.context.actor, request, which, order_by, along)
        return Post.page(page, info, along)

    @strawberry.field(
        description="What you and those you follow wrote, newest first; of everybody while you follow nobody.",
        metadata={PRIVATE: True},
    )
    @paged()
    async def home_feed(self, info: Info, request: PageRequest) -> Connection[Post]:
        along = nodes_along(info, company_of_posts)
        return Post.page(await posts.home(info.context.actor, request, along), info, along)

    @strawberry.field(
        description="Posts that say something, newest first. Words between spaces are all needed; the last may be begun"
        " only. Chinese, Japanese, Korean and Thai need no spaces: any two characters or more are found.",
        metadata={PRIVATE: True, PRICE: Price(own=10)},
    )
    @paged()
    async def search_posts(
        self,
        info: Info,
        request: PageRequest,
        query: Annotated[str, strawberry.argument(description="What to look for, 1 to 100 characters.")],
    ) -> Connection[Post]:
        along = nodes_along(info, company_of_posts)
        return Post.page(await posts.matching(info.context.actor, query, request, along), info, along)

    @strawberry.field(description="A hashtag by its name; null if nobody ever used it.")
    async def hashtag(
        self,
        name: Annotated[str, strawberry.argument(description="In any spelling, with or without its sign.")],
    ) -> Hashtag | None:
        hashtag = await posts.hashtag(name)
        return Hashtag.of(hashtag) if hashtag else None

    @strawberry.field(description="Hashtags that posts carry, the most used first.")
    @paged(HASHTAG_SHAPE)
    async def hashtags(
        self,
        request: PageRequest,
        search: Annotated[str | None, strawberry.argument(description="How they begin, in any spelling.")] = None,
    ) -> Connection[Hashtag]:
        return Connection.of(await posts.popular(request, search), Hashtag.of)

    @strawberry.field(
        description="Hashtags that more members take up than usual, the most unusual first.",
        metadata={PRICE: Price(own=10)},
    )
    async def trends(
        self,
        period: Annotated[Period, strawberry.argument(description="How long is looked at.")] = Period.DAY,
        until: Annotated[
            datetime | None,
            strawberry.argument(description="What trended until then; now without it."),
        ] = None,
        first: Annotated[int, strawberry.argument(description="How many at most, 1 to 50.")] = 10,
    ) -> list[HashtagTrend]:
        return [HashtagTrend.of(each) for each in await posts.trends(period, until or clock.now(), first)]


def _chosen(where: PostFilter) -> Filter:
    return Filter(
        author_id=decode_id(where.author_id, Member, "authorId") if where.author_id is not None else None,
        hashtag=posts.name_of(where.hashtag, "hashtag") if where.hashtag is not None else None,
    )
