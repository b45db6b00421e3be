"""Posts and comments as they are written."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import closing
from functools import partial
from typing import Annotated, Generic, TypeVar
from uuid import UUID

import strawberry
import structlog

from community.access.policy import Actor, Look
from community.kernel import clock
from community.kernel.along import VIEWER, Along, Asking
from community.kernel.errors import TooBusy
from community.outbox import service as outbox
from community.outbox.service import Live
from community.posts import queries as posts
from community.posts.facts import CommentWritten, PostWritten
from community.posts.rules.hashtags import hashtag_id
from schema.along import CompanyOf
from schema.context import Info
from schema.lookahead import selected
from schema.nodes import decode_id
from schema.posts.types import Comment, Post, company_of_comments, company_of_posts
from schema.together import Crowds

log = structlog.get_logger(__name__)

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
        while facts := await written.batch():
            for comment in await _COMMENTS.seen(info, [fact.comment_id for fact in facts], asked):
                yield comment


async def _posts(
    info: Info, written: Live[PostWritten], wanted: UUID | None, asked: frozenset[str]
) -> AsyncIterator[Post]:
    with closing(written):
        while facts := await written.batch():
            ids = [fact.post_id for fact in facts if wanted is None or wanted in fact.hashtag_ids]
            for post in await _POSTS.seen(info, ids, asked):
                yield post


class _Watched(Generic[View, Shown]):
    """Posts, or comments, for those who watch: read for all of them together, but where it depends on who looks."""

    def __init__(
        self,
        show: Callable[[View, Along], Shown],
        company_of: CompanyOf,
        for_one: Callable[[Actor, Sequence[UUID], Along], Awaitable[dict[UUID, View]]],
        for_all: Callable[[Sequence[Look], Along], Awaitable[Sequence[Sequence[View]]]],
    ) -> None:
        self._show = show
        self._company_of = company_of
        self._for_one = for_one
        self._for_all = for_all
        self._crowds = Crowds(self._read_for_all)

    async def seen(self, info: Info, ids: Sequence[UUID], asked: frozenset[str]) -> Sequence[Shown]:
        """Those of these that who asks may see, in their order. Where the server is busy, it takes longer."""
        return await outbox.however_busy(partial(self._read, info.context.actor, ids, asked)) if ids else []

    async def _read(self, actor: Actor, ids: Sequence[UUID], asked: frozenset[str]) -> Sequence[Shown]:
        company = self._company_of(asked, actor.member_id is not None)
        if VIEWER not in company.given:
            return await self._crowds.of(actor, ids, asked)
        along = Along(company, Asking(actor.member_id, clock.now()))
        found = await self._for_one(actor, ids, along)
        return [self._show(found[id], along) for id in ids if id in found]

    async def _read_for_all(self, looks: Sequence[Look], asked: frozenset[str]) -> Sequence[Sequence[Shown]]:
        """One object for all who see the same, so that what is made of it can be shared."""
        along = Along(self._company_of(asked, False))
        try:
            found = await self._for_all(looks, along)
        except TooBusy:
            log.warning("what is told live has to be read again", looks=len(looks))
            raise
        different = {id(view): view for views in found for view in views}
        shown = {key: self._show(view, along) for key, view in different.items()}
        return [[shown[id(view)] for view in views] for views in found]


_COMMENTS = _Watched(Comment.of, company_of_comments, posts.comments, posts.comments_for)
_POSTS = _Watched(Post.of, company_of_posts, posts.posts, posts.posts_for)
