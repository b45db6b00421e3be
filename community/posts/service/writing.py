"""Writing posts: those that are wanted at the same moment are written in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from community import database
from community.access.policy import Actor, Behalf, Each, require_member
from community.database import transaction
from community.engagement import service as engagement
from community.engagement.queries import EFFECTS
from community.engagement.rules.activities import Activity, OwnKind
from community.engagement.service import Recording
from community.idempotency import service as idempotency
from community.kernel import about, clock, ids
from community.kernel.along import Along, Company
from community.members import service as members
from community.members.rules import Ability
from community.outbox import service as outbox
from community.posts import facts, queries
from community.posts.queries import PostView
from community.posts.rules import limits
from community.posts.rules.activities import post_cause, post_subject
from community.posts.rules.hashtags import hashtag_ids
from community.posts.service.hashtags import tag
from community.posts.service.texts import Text, about_the_writer, understand


async def write(
    actor: Actor, source: str, *, idempotency_key: str | None = None, along: Along | None = None
) -> PostView:
    """A member writes a post in Markdown. The same key and text again gives the first post.

    `along` may bring what belongs to the author, by idempotency's ABOUT, and is told the effects of a new post.

    Raises Unauthenticated, members' MayNotPost, what `understand` raises, idempotency's problems.
    """
    author_id = require_member(actor)
    text = await understand(source, limits.MAX_POST_LENGTH)
    return await _WRITING.do(_Draft(author_id, actor, text, idempotency_key, about_the_writer(along)))


@dataclass(frozen=True, slots=True)
class _Draft:
    """A post that somebody wants to write, and at which request."""

    author_id: UUID
    actor: Actor
    text: Text
    key: str | None
    along: Along
    post_id: UUID = field(default_factory=ids.new_id)
    request_id: str | None = field(default_factory=lambda: about.known().get("request_id"))

    @property
    def company(self) -> Company:
        """What is read along."""
        return self.along.company

    @property
    def behalf(self) -> Behalf:
        """On whose behalf it is written."""
        return Behalf(self.actor, self.request_id)

    @property
    def call(self) -> idempotency.Call:
        """The call under its key."""
        return idempotency.Call(
            scope=f"posts.write:{self.author_id}",
            key=self.key,
            input={"source": self.text.source},
            result={"post_id": str(self.post_id)},
            about=self.author_id,
        )


@transaction()
async def _write_all(drafts: Sequence[_Draft]) -> list[PostView]:
    """Write a post for each of these different authors, of whom the same is read along."""
    along = drafts[0].along
    for draft in drafts[1:]:
        draft.along.share(along)
    firsts = await idempotency.first_all([draft.call for draft in drafts], along)
    first_ids = [UUID(first["post_id"]) for first in firsts]
    new = [draft for draft, first_id in zip(drafts, first_ids, strict=True) if draft.post_id == first_id]
    for draft in new:
        await members.require_ability(draft.author_id, Ability.POST, clock.now(), along)
    written = await _insert_all(new, along) if new else {}
    return [
        written.get(first_id) or await queries.post(draft.actor, first_id)
        for draft, first_id in zip(drafts, first_ids, strict=True)
    ]


_WRITING = database.GroupCommit(_write_all, apart=attrgetter("author_id"), alike=attrgetter("company"))


async def _insert_all(drafts: Sequence[_Draft], along: Along) -> dict[UUID, PostView]:
    now = clock.now()
    posts = [_post(draft, now) for draft in drafts]
    database.write_last(_INSERT, [_row(post, draft.text.words) for post, draft in zip(posts, drafts, strict=True)])
    tag({post.id: post.hashtags for post in posts})
    acting = Each({draft.author_id: draft.behalf for draft in drafts})
    effects = await engagement.record_all([_recording(post) for post in posts], actor=acting, along=along)
    for draft, post, theirs in zip(drafts, posts, effects, strict=True):
        along.tell(EFFECTS, post_cause(post.id), theirs)
        await outbox.record(_written(post), actor=draft.behalf)
    return {post.id: post for post in posts}


def _post(draft: _Draft, now: datetime) -> PostView:
    text = draft.text
    return PostView(
        id=draft.post_id,
        author_id=draft.author_id,
        source=text.source,
        kept_html=text.html,
        renderer=text.renderer,
        hashtags=list(text.hashtags),
        mention_handles=list(text.mention_handles),
        mentioned_ids=list(text.mention_ids),
        written_at=now,
    )


def _recording(post: PostView) -> Recording:
    activity = Activity(
        kind=OwnKind.POST_WRITTEN, member_id=post.author_id, occurred_at=post.written_at, subject=post_subject(post.id)
    )
    return Recording(activity=activity, cause=post_cause(post.id), is_new=True)


def _written(post: PostView) -> facts.PostWritten:
    return facts.PostWritten(
        post_id=post.id,
        author_id=post.author_id,
        hashtag_ids=hashtag_ids(post.hashtags),
        mentioned_ids=list(post.mentioned_ids),
        written_at=post.written_at,
    )


def _row(post: PostView, words: str) -> dict[str, Any]:
    columns = post._asdict()
    return columns | {"html": columns.pop("kept_html"), "mention_ids": columns.pop("mentioned_ids"), "words": words}


_INSERT = database.into(
    "posts_post",
    "id uuid, author_id uuid, source text, html text, renderer smallint, words tsvector, hashtags text[],"
    " mention_handles text[], mention_ids uuid[], written_at timestamptz",
)
