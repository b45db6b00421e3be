"""Posts and comments as they are written."""

from collections.abc import AsyncIterator
from contextlib import closing
from typing import Annotated
from uuid import UUID

import strawberry

from community.outbox import service as outbox
from community.outbox.service import Live
from community.posts import queries as posts
from community.posts.facts import CommentWritten, PostWritten
from community.posts.rules.hashtags import hashtag_id
from schema.context import Info
from schema.nodes import decode_id
from schema.posts.types import Comment, Post


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
        return _comments(info, written)

    @strawberry.subscription(description="Each post that you may see, from now on.")
    async def post_written(
        self,
        info: Info,
        hashtag: Annotated[
            str | None, strawberry.argument(description="Only posts that carry this hashtag, in any spelling.")
        ] = None,
    ) -> AsyncIterator[Post]:
        wanted = hashtag_id(posts.name_of(hashtag, "hashtag")) if hashtag is not None else None
        return _posts(info, outbox.live(PostWritten), wanted)


async def _comments(info: Info, written: Live[CommentWritten]) -> AsyncIterator[Comment]:
    with closing(written):
        async for fact in written:
            found = await posts.comments(info.context.actor, [fact.comment_id])
            for comment in found.values():
                yield Comment.of(comment)


async def _posts(info: Info, written: Live[PostWritten], wanted: UUID | None) -> AsyncIterator[Post]:
    with closing(written):
        async for fact in written:
            if wanted is not None and wanted not in fact.hashtag_ids:
                continue
            found = await posts.posts(info.context.actor, [fact.post_id])
            for post in found.values():
                yield Post.of(post)
