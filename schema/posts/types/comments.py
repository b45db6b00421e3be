"""Comments as their readers see them: answers to posts, and to each other."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Self
from uuid import UUID

import strawberry

from community.kernel.along import Company
from community.kernel.pages import PageRequest
from community.posts import queries as posts
from community.posts.queries import CommentView
from schema.along import REMEMBERED, brings, companions, nodes_along, read_along
from schema.connections import Connection, paged
from schema.context import Info
from schema.execution.levels import level
from schema.members.types import Member
from schema.nodes import each_found
from schema.posts.types import texts
from schema.posts.types.posts import Post
from schema.posts.types.reactions import Reactable, tallies_of
from schema.prices import PRICE, Price
from schema.views import Shown, shows


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
        authors = iter(await texts.authors(info, [author_id for author_id in ids if author_id], parents))
        return [next(authors) if author_id else None for author_id in ids]

    @level(description="The post it belongs to; null once you may not see that any more.", metadata=texts.SEEN)
    async def post(parents: list["Comment"], info: Info) -> list[Post | None]:
        ids = [comment.view.post_id for comment in parents]
        return each_found(Post.of, await posts.posts(info.context.actor, ids), ids)

    @level(
        description="The comment it answers; null for an answer to the post itself, or if you may not see it.",
        metadata=texts.SEEN,
    )
    async def parent(parents: list["Comment"], info: Info) -> list["Comment | None"]:
        ids = [comment.view.parent_id for comment in parents]
        found = await posts.comments(info.context.actor, [parent_id for parent_id in ids if parent_id])
        return each_found(Comment.of, found, ids)

    @level(description="The members it mentions, in their order.", metadata={PRICE: Price(items=2)})
    async def mentions(parents: list["Comment"], info: Info) -> list[list[Member]]:
        return await texts.mentioned(info, parents)

    @level(
        description="How many replies stand directly below it. Exact at this moment.", metadata=brings(posts.TALLIES)
    )
    async def reply_count(parents: list["Comment"], info: Info) -> list[int]:
        return [each.comments for each in await tallies_of(info, parents)]

    @level(description="The replies to it, oldest first.", metadata=texts.SEEN)
    @paged()
    async def replies(parents: list["Comment"], info: Info, request: PageRequest) -> list[Connection["Comment"]]:
        along = nodes_along(info, company_of_comments)
        pages = await posts.replies(info.context.actor, [comment.uuid for comment in parents], request, along)
        return [Connection.of(page, partial(Comment.of, along=along)) for page in pages]

    @level(description="Whether you may change its text.")
    async def viewer_can_edit(parents: list["Comment"], info: Info) -> list[bool]:
        return [texts.can_edit(info, comment.view) for comment in parents]

    @level(description="Whether you may take it down.")
    async def viewer_can_remove(parents: list["Comment"], info: Info) -> list[bool]:
        return [texts.can_remove(info, comment.view) for comment in parents]


@lru_cache(REMEMBERED)
def company_of_comments(asked: frozenset[str], viewed: bool) -> Company:
    """Who comes along with comments of which this is asked; `viewed` by a member, or by anybody."""
    return posts.with_comments(
        of_comments=companions(Comment, asked, viewed),
        of_authors=texts.authors_along(asked, viewed),
        of_mentioned=texts.mentioned_along(asked),
    )
