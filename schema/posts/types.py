"""Posts, comments and hashtags as the graph shows them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache, partial
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, Self
from uuid import UUID

import strawberry

from community.campaigns import queries as campaigns
from community.kernel import clock
from community.kernel.along import NOTHING, Along, Companion, Company
from community.kernel.pages import Page, PageRequest
from community.members import queries as members
from community.posts import policy
from community.posts import queries as posts
from community.posts.queries import CommentView, HashtagView, PostView, TrendView, UseView
from community.posts.rules.activities import POST
from community.posts.rules.hashtags import hashtag_id
from community.posts.rules.trends import Period
from schema.along import REMEMBERED, along_of, brings, companions, nodes_along, read_along
from schema.connections import Connection, paged
from schema.context import Info
from schema.enums import graph_enum
from schema.execution.levels import level
from schema.members.types import Member
from schema.nodes import Node, each_found
from schema.posts.reactions import Reactable, tallies_of
from schema.prices import PRICE, PRIVATE, Price
from schema.together import together
from schema.views import Shown, shows

if TYPE_CHECKING:
    from schema.campaigns.types import Campaign, CampaignEntry

SEEN = {PRIVATE: True}
"""What a reader may see depends on whom they block."""


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
    async def posts(parents: list["Hashtag"], info: Info, request: PageRequest) -> list[Connection["Post"]]:
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


@shows
@strawberry.type(description="Something a member wrote.")
class Post(Reactable, Shown[PostView]):
    """A post as this caller may see it."""

    source: str = strawberry.field(name="body", description="The text, in Markdown.")
    html: str = strawberry.field(
        name="bodyHtml",
        description="The text as safe HTML. Hashtags link to /hashtags/<name>, mentions to /members/<handle>.",
    )
    written_at: datetime = strawberry.field(description="When it was written.")
    edited_at: datetime | None = strawberry.field(description="When its text last changed; null if it never did.")
    removed_at: datetime | None = strawberry.field(
        description="When it was taken down. Then only its author and staff see it."
    )
    removal_reason: str | None = strawberry.field(description="Why it was taken down.")

    @classmethod
    def page(cls, page: Page[PostView], info: Info, along: Along = NOTHING) -> Connection["Post"]:
        """A page of posts that somebody looks at, and what came along with them."""
        _shown(page.items, info)
        return Connection.of(page, partial(Post.of, along=along))

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        along = read_along(info, company_of_posts)
        found = await posts.posts(info.context.actor, ids, along)
        _shown(found.values(), info)
        return [cls.of(found[each], along) if each in found else None for each in ids]

    @level(description="Who wrote it.")
    async def author(parents: list["Post"], info: Info) -> list[Member]:
        return await _authors(info, [post.view.author_id for post in parents], parents)

    @level(description="The hashtags in its text, in their order.", metadata={PRICE: Price(items=3)})
    async def hashtags(parents: list["Post"]) -> list[list[Hashtag]]:
        along, names = along_of(parents), [post.view.hashtags for post in parents]
        tags = {name: Hashtag.named(name, along) for name in {*chain.from_iterable(names)}}
        return [[*map(tags.__getitem__, each)] for each in names]

    @level(description="The members it mentions, in their order.", metadata={PRICE: Price(items=2)})
    async def mentions(parents: list["Post"], info: Info) -> list[list[Member]]:
        return await _mentioned(info, parents)

    @level(
        description="How many comments stand below it, on all levels. Exact at this moment.",
        metadata=brings(posts.TALLIES),
    )
    async def comment_count(parents: list["Post"], info: Info) -> list[int]:
        return [each.comments for each in await tallies_of(info, parents)]

    @level(description="The comments on the post itself, oldest first.", metadata=SEEN)
    @paged()
    async def comments(parents: list["Post"], info: Info, request: PageRequest) -> list[Connection["Comment"]]:
        along = nodes_along(info, company_of_comments)
        pages = await posts.threads(info.context.actor, [post.uuid for post in parents], request, along)
        return [Connection.of(page, partial(Comment.of, along=along)) for page in pages]

    @level(
        description="Its entries in campaigns that you may see: those that count, and your own.",
        metadata=SEEN | {PRICE: Price(items=1)},
    )
    async def entries(
        parents: list["Post"], info: Info
    ) -> list[list[Annotated["CampaignEntry", strawberry.lazy("schema.campaigns.types")]]]:
        from schema.campaigns.types import CampaignEntry

        found = await campaigns.entries_of_posts(info.context.actor, [post.uuid for post in parents])
        return [[CampaignEntry.of(entry) for entry in entries] for entries in found]

    @level(description="Whether you may change its text.")
    async def viewer_can_edit(parents: list["Post"], info: Info) -> list[bool]:
        return [_can_edit(info, post.view) for post in parents]

    @level(description="Whether you may take it down.")
    async def viewer_can_remove(parents: list["Post"], info: Info) -> list[bool]:
        return [_can_remove(info, post.view) for post in parents]


@shows
@strawberry.type(description="An answer to a post or to another comment.")
class Comment(Reactable, Shown[CommentView]):
    """A comment as this caller may see it. One that was removed keeps its place while it has replies."""

    source: str | None = strawberry.field(
        name="body",
        description="The text, in Markdown; null where it was removed and you are neither its author nor staff.",
    )
    html: str | None = strawberry.field(name="bodyHtml", description="The text as safe HTML; null where `body` is.")
    depth: int = strawberry.field(description="Its level in the thread: 1 for an answer to the post itself.")
    written_at: datetime = strawberry.field(description="When it was written.")
    edited_at: datetime | None = strawberry.field(description="When its text last changed; null if it never did.")
    removed_at: datetime | None = strawberry.field(description="When it was taken down.")
    removal_reason: str | None = strawberry.field(description="Why it was taken down, for its author and staff.")

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        along = read_along(info, company_of_comments)
        found = await posts.comments(info.context.actor, ids, along)
        return [cls.of(found[each], along) if each in found else None for each in ids]

    @level(description="Who wrote it; null where it was removed and you are neither its author nor staff.")
    async def author(parents: list["Comment"], info: Info) -> list[Member | None]:
        ids = [comment.view.author_id for comment in parents]
        authors = iter(await _authors(info, [author_id for author_id in ids if author_id], parents))
        return [next(authors) if author_id else None for author_id in ids]

    @level(description="The post it belongs to; null once you may not see that any more.", metadata=SEEN)
    async def post(parents: list["Comment"], info: Info) -> list[Post | None]:
        found = await posts.posts(info.context.actor, [comment.view.post_id for comment in parents])
        return each_found(Post.of, found, [c.view.post_id for c in parents])

    @level(
        description="The comment it answers; null for an answer to the post itself, or if you may not see it.",
        metadata=SEEN,
    )
    async def parent(parents: list["Comment"], info: Info) -> list["Comment | None"]:
        ids = [comment.view.parent_id for comment in parents]
        found = await posts.comments(info.context.actor, [parent_id for parent_id in ids if parent_id])
        return each_found(Comment.of, found, ids)

    @level(description="The members it mentions, in their order.", metadata={PRICE: Price(items=2)})
    async def mentions(parents: list["Comment"], info: Info) -> list[list[Member]]:
        return await _mentioned(info, parents)

    @level(
        description="How many replies stand directly below it. Exact at this moment.", metadata=brings(posts.TALLIES)
    )
    async def reply_count(parents: list["Comment"], info: Info) -> list[int]:
        return [each.comments for each in await tallies_of(info, parents)]

    @level(description="The replies to it, oldest first.", metadata=SEEN)
    @paged()
    async def replies(parents: list["Comment"], info: Info, request: PageRequest) -> list[Connection["Comment"]]:
        along = nodes_along(info, company_of_comments)
        pages = await posts.replies(info.context.actor, [comment.uuid for comment in parents], request, along)
        return [Connection.of(page, partial(Comment.of, along=along)) for page in pages]

    @level(description="Whether you may change its text.")
    async def viewer_can_edit(parents: list["Comment"], info: Info) -> list[bool]:
        return [_can_edit(info, comment.view) for comment in parents]

    @level(description="Whether you may take it down.")
    async def viewer_can_remove(parents: list["Comment"], info: Info) -> list[bool]:
        return [_can_remove(info, comment.view) for comment in parents]


async def _numbers(info: Info, tags: Sequence[Hashtag]) -> list[HashtagView]:
    """What was read of each, or is read now."""
    unread = [tag.uuid for tag in tags if tag.view is None]
    found = iter(await together(info, posts.hashtags_of, unread, parents=tags, beside=posts.HASHTAG))
    return [view for tag in tags if (view := tag.view or next(found))]


def _shown(views: Iterable[PostView], info: Info) -> None:
    """What is one's own, or taken down, is not looked at."""
    viewer_id = info.context.actor.member_id
    if viewer_id is not None:
        info.context.shows(POST, [each.id for each in views if each.author_id != viewer_id and not each.removed_at])


@lru_cache(REMEMBERED)
def company_of_posts(asked: frozenset[str], viewed: bool) -> Company:
    """Who comes along with posts of which this is asked; `viewed` by a member, or by anybody."""
    return posts.with_posts(
        of_posts=companions(Post, asked, viewed),
        of_authors=_authors_of(asked, viewed),
        of_mentioned=[members.BESIDE] if "mentions" in asked else [],
        of_hashtags=companions(Hashtag, asked, viewed, "hashtags."),
    )


@lru_cache(REMEMBERED)
def company_of_comments(asked: frozenset[str], viewed: bool) -> Company:
    """The same for comments."""
    return posts.with_comments(
        of_comments=companions(Comment, asked, viewed),
        of_authors=_authors_of(asked, viewed),
        of_mentioned=[members.BESIDE] if "mentions" in asked else [],
    )


def _authors_of(asked: frozenset[str], viewed: bool) -> Sequence[Companion[Any]]:
    return [members.BESIDE, *companions(Member, asked, viewed, "author.")] if "author" in asked else []


async def _authors(info: Info, ids: Sequence[UUID], texts: Sequence[Post] | Sequence[Comment]) -> list[Member]:
    """Who wrote is never gone."""
    found = await together(info, members.each_of, ids, parents=texts, beside=members.BESIDE)
    along = along_of(texts)
    return [Member.of(member, along) for member in found if member]


async def _mentioned(info: Info, texts: Sequence[Post] | Sequence[Comment]) -> list[list[Member]]:
    ids = [each for text in texts for each in text.view.mentioned_ids]
    found = iter(await together(info, members.each_of, ids, parents=texts, beside=members.BESIDE))
    return [[Member.of(member) for _ in text.view.mentioned_ids if (member := next(found))] for text in texts]


def _can_edit(info: Info, text: PostView | CommentView) -> bool:
    return policy.can_edit(info.context.actor, text.author_id, is_removed=text.is_removed)


def _can_remove(info: Info, text: PostView | CommentView) -> bool:
    return policy.can_remove(info.context.actor, text.author_id, is_removed=text.is_removed)
