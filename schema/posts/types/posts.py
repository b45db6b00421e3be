"""Posts as their readers see them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache, partial
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Self
from uuid import UUID

import strawberry

from community.campaigns import queries as campaigns
from community.kernel.along import NOTHING, Along, Company
from community.kernel.pages import Page, PageRequest
from community.posts import queries as posts
from community.posts.queries import PostView
from community.posts.rules.activities import POST
from schema.along import REMEMBERED, along_of, brings, companions, nodes_along, read_along
from schema.connections import Connection, paged
from schema.context import Info
from schema.execution.levels import level
from schema.members.types import Member
from schema.posts.types import texts
from schema.posts.types.hashtags import Hashtag
from schema.posts.types.reactions import Reactable, tallies_of
from schema.prices import PRICE, Price
from schema.views import Shown, shows

if TYPE_CHECKING:
    from schema.campaigns.types import CampaignEntry
    from schema.posts.types.comments import Comment


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
        return await texts.authors(info, [post.view.author_id for post in parents], parents)

    @level(description="The hashtags in its text, in their order.", metadata={PRICE: Price(items=3)})
    async def hashtags(parents: list["Post"]) -> list[list[Hashtag]]:
        along, names = along_of(parents), [post.view.hashtags for post in parents]
        tags = {name: Hashtag.named(name, along) for name in {*chain.from_iterable(names)}}
        return [[*map(tags.__getitem__, each)] for each in names]

    @level(description="The members it mentions, in their order.", metadata={PRICE: Price(items=2)})
    async def mentions(parents: list["Post"], info: Info) -> list[list[Member]]:
        return await texts.mentioned(info, parents)

    @level(
        description="How many comments stand below it, on all levels. Exact at this moment.",
        metadata=brings(posts.TALLIES),
    )
    async def comment_count(parents: list["Post"], info: Info) -> list[int]:
        return [each.comments for each in await tallies_of(info, parents)]

    @level(description="The comments on the post itself, oldest first.", metadata=texts.SEEN)
    @paged()
    async def comments(
        parents: list["Post"], info: Info, request: PageRequest
    ) -> list[Connection[Annotated["Comment", strawberry.lazy("schema.posts.types.comments")]]]:
        from schema.posts.types.comments import Comment, company_of_comments

        along = nodes_along(info, company_of_comments)
        pages = await posts.threads(info.context.actor, [post.uuid for post in parents], request, along)
        return [Connection.of(page, partial(Comment.of, along=along)) for page in pages]

    @level(
        description="Its entries in campaigns that you may see: those that count, and your own.",
        metadata=texts.SEEN | {PRICE: Price(items=1)},
    )
    async def entries(
        parents: list["Post"], info: Info
    ) -> list[list[Annotated["CampaignEntry", strawberry.lazy("schema.campaigns.types")]]]:
        from schema.campaigns.types import CampaignEntry

        found = await campaigns.entries_of_posts(info.context.actor, [post.uuid for post in parents])
        return [[CampaignEntry.of(entry) for entry in entries] for entries in found]

    @level(description="Whether you may change its text.")
    async def viewer_can_edit(parents: list["Post"], info: Info) -> list[bool]:
        return [texts.can_edit(info, post.view) for post in parents]

    @level(description="Whether you may take it down.")
    async def viewer_can_remove(parents: list["Post"], info: Info) -> list[bool]:
        return [texts.can_remove(info, post.view) for post in parents]


@lru_cache(REMEMBERED)
def company_of_posts(asked: frozenset[str], viewed: bool) -> Company:
    """Who comes along with posts of which this is asked; `viewed` by a member, or by anybody."""
    return posts.with_posts(
        of_posts=companions(Post, asked, viewed),
        of_authors=texts.authors_along(asked, viewed),
        of_mentioned=texts.mentioned_along(asked),
        of_hashtags=companions(Hashtag, asked, viewed, "hashtags."),
    )


def _shown(views: Iterable[PostView], info: Info) -> None:
    """What is one's own, or taken down, is not looked at."""
    viewer_id = info.context.actor.member_id
    if viewer_id is not None:
        info.context.shows(POST, [each.id for each in views if each.author_id != viewer_id and not each.removed_at])
