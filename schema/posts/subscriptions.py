"""Posts and comments as they are written."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import closing
from functools import partial
from typing import Annotated, TypeVar
from uuid import UUID

import strawberry

from community.access.policy import Actor
from community.kernel.along import Along
from community.outbox import service as outbox
from community.outbox.service import Live
from community.posts import queries as posts
from community.posts.facts import CommentWritten, PostWritten
from community.posts.rules.hashtags import hashtag_id
from schema.context import Info
from schema.lookahead import selected
from schema.nodes import decode_id
from schema.posts.types import Comment, Post, company_of_comments, company_of_posts
from schema.together import Crowds

Look = tuple[Actor, UUID]
View = TypeVar("View")
Shown = TypeVar("Shown")


@strawberry.type
class PostSubscriptions:
    """What others write, while you look."""

    @strawberry.subscription(description="Each comment on a post, on any level, that you may see, from now on.")
    async def comment_written(
        self,
        info: Info,
        post_id: Annotated[strawberry.ID, strawberry.argument(description="The post.")],
    ) -> AsyncIterator[Comment]:
        subject = decode_id(post_id, Post, "postId")
        written = outbox.live(CommentWritten, subject=subject)
        await posts.post(info.context.actor, subject)
        return _comments(info, written, selected(info))

    @strawberry.subscription(description="Each post that you may see, from now on.")
    async def post_written(
        self,
        info: Info,
        hashtag: Annotated[
            str | None, strawberry.argument(description="Only posts that carry this hashtag, in any spelling.")
        ] = None,
    ) -> AsyncIterator[Post]:
        wanted = hashtag_id(posts.name_of(hashtag, "hashtag")) if hashtag is not None else None
        return _posts(info, outbox.live(PostWritten), wanted, selected(info))


async def _comments(info: Info, written: Live[CommentWritten], asked: frozenset[str]) -> AsyncIterator[Comment]:
    with closing(written):
        async for facts in written.batches():
            ids = [fact.comment_id for fact in facts]
            for comment in filter(None, await _comments_for_all.of(info.context.actor, ids, asked)):
                yield comment


async def _posts(
    info: Info, written: Live[PostWritten], wanted: UUID | None, asked: frozenset[str]
) -> AsyncIterator[Post]:
    with closing(written):
        async for facts in written.batches():
            ids = [fact.post_id for fact in facts if wanted is None or wanted in fact.hashtag_ids]
            for post in filter(None, await _posts_for_all.of(info.context.actor, ids, asked)):
                yield post


async def _read_comments(looks: Sequence[Look], asked: frozenset[str]) -> list[Comment | None]:
    along = Along(company_of_comments(asked, False))
    return _one_each(await posts.comments_for(looks, along), partial(Comment.of, along=along))


async def _read_posts(looks: Sequence[Look], asked: frozenset[str]) -> list[Post | None]:
    along = Along(company_of_posts(asked, False))
    return _one_each(await posts.posts_for(looks, along), partial(Post.of, along=along))


def _one_each(found: Sequence[View | None], show: Callable[[View], Shown]) -> list[Shown | None]:
    """One object for all who see the same, so that what is made of it can be shared."""
    shown = {id(view): show(view) for view in {id(view): view for view in found if view}.values()}
    return [shown[id(view)] if view else None for view in found]


_comments_for_all, _posts_for_all = Crowds(_read_comments), Crowds(_read_posts)
"""What comes along is the same for everybody: what depends on who looks is asked for each by itself."""
