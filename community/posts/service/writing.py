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
from community.kernel.errors import Problem
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
    author_id, post_id = require_member(actor), ids.new_id()
    text = await understand(source, limits.MAX_POST_LENGTH)
    call = idempotency.Call(
        scope=f"posts.write:{author_id}",
        key=idempotency_key,
        input={"source": text.source},
        result={"post_id": str(post_id)},
        about=author_id,
    )
    return await _WRITING.do(_Draft(post_id, author_id, actor, text, call, about_the_writer(along)))


@dataclass(frozen=True, slots=True)
class _Draft:
    """A post that somebody wants to write, the call under its key, and at which request."""

    post_id: UUID
    author_id: UUID
    actor: Actor
    text: Text
    call: idempotency.Call
    along: Along
    request_id: str | None = field(default_factory=lambda: about.known().get("request_id"))

    @property
    def company(self) -> Company:
        """What is read along."""
        return self.along.company

    @property
    def behalf(self) -> Behalf:
        """On whose behalf it is written."""
        return Behalf(self.actor, self.request_id)


@transaction()
async def _write_all(drafts: Sequence[_Draft]) -> list[PostView | Problem]:
    """Write a post for each of these, by different authors, who have the same read along; in its place, why not."""
    along = drafts[0].along
    for draft in drafts[1:]:
        draft.along.share(along)
    firsts = await idempotency.first_all([draft.call for draft in drafts], along)
    new = [draft for draft, first in zip(drafts, firsts, strict=True) if first == draft.call.result]
    refused = await _refuse(new, along)
    written = await _insert_all([draft for draft in new if draft.post_id not in refused], along)
    told: dict[UUID, PostView | Problem] = {**written, **refused}
    return [
        told.get(draft.post_id) or await _first(draft.actor, first) for draft, first in zip(drafts, firsts, strict=True)
    ]


_WRITING = database.GroupCommit(_write_all, apart=attrgetter("author_id"), alike=attrgetter("company"))


async def _refuse(drafts: Sequence[_Draft], along: Along) -> dict[UUID, Problem]:
    """Refuse those who may not post: why, by post. Their keys are free again."""
    now = clock.now()
    asked = [(draft, await members.refusal_of(draft.author_id, Ability.POST, now, along)) for draft in drafts]
    await idempotency.give_up(draft.call for draft, refusal in asked if refusal)
    return {draft.post_id: refusal for draft, refusal in asked if refusal}


async def _first(actor: Actor, result: idempotency.Result | Problem) -> PostView | Problem:
    """The post that was first under a key; or that the key was for something else."""
    return result if isinstance(result, Problem) else await queries.post(actor, UUID(result["post_id"]))


async def _insert_all(drafts: Sequence[_Draft], along: Along) -> dict[UUID, PostView]:
    if not drafts:
        return {}
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
