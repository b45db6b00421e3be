"""Posts: write one, edit it, remove it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from community import database
from community.access.policy import Actor, Behalf, Each, Permission, require, require_member
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
from community.posts import errors, facts, policy, queries
from community.posts.queries import PostView
from community.posts.rules import limits
from community.posts.rules.activities import post_cause, post_subject
from community.posts.rules.hashtags import hashtag_id
from community.posts.rules.texts import removal_reason
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
    return await _WRITING.do(_Wanted(author_id, actor, text, idempotency_key, about_the_writer(along)))


async def edit(actor: Actor, post_id: UUID, source: str) -> PostView:
    """Its author changes what a post says; what it said is kept. The same text again changes nothing.

    Raises NotFound, NotTheAuthor, AlreadyRemoved, members' MayNotPost, what `understand` raises.
    """
    require_member(actor)
    text = await understand(source, limits.MAX_POST_LENGTH)
    return await _edit(actor, post_id, text)


@transaction()
async def remove(actor: Actor, post_id: UUID, reason: str | None = None) -> PostView:
    """Its author, or a moderator with a reason, takes a post down; its comments stay. Doing it again changes nothing.

    Raises NotFound, Forbidden, InvalidReason.
    """
    member_id = require_member(actor)
    post = await _locked(actor, post_id)
    if post.is_removed:
        return post
    if not policy.can_remove(actor, post.author_id, is_removed=False):
        require(actor, Permission.POSTS_REMOVE_ANY)
    kept_reason = removal_reason(reason, is_author=member_id == post.author_id)
    removed = post._replace(removed_at=clock.now(), removed_by=member_id, removal_reason=kept_reason)
    await database.execute(
        "update posts_post set removed_at = $2, removed_by = $3, removal_reason = $4 where id = $1",
        post_id,
        removed.removed_at,
        removed.removed_by,
        removed.removal_reason,
    )
    await _untag(post_id, post.hashtags)
    await engagement.withdraw(post_subject(post_id), member_id=post.author_id, reason=kept_reason, actor=actor)
    await outbox.record(
        facts.PostRemoved(
            post_id=post_id,
            author_id=post.author_id,
            removed_by=member_id,
            hashtag_ids=_hashtag_ids(post.hashtags),
        ),
        actor=actor,
    )
    return removed


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A post that somebody wants to write."""

    author_id: UUID
    actor: Actor
    text: Text
    key: str | None
    along: Along
    post_id: UUID = field(default_factory=ids.new_id)
    request_id: str | None = field(default_factory=lambda: about.known().get("request_id"))

    @property
    def behalf(self) -> Behalf:
        """On whose behalf it is written."""
        return Behalf(self.actor, self.request_id)

    @property
    def company(self) -> Company:
        """What is read along."""
        return self.along.company

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
async def _write_all(wanted: Sequence[_Wanted]) -> list[PostView]:
    """Write a post for each of these different authors, for whom the same is read along."""
    along = wanted[0].along
    for each in wanted[1:]:
        each.along.share(along)
    firsts = await idempotency.first_all([each.call for each in wanted], along)
    ids_by_wanted = [UUID(first["post_id"]) for first in firsts]
    new = [each for each, post_id in zip(wanted, ids_by_wanted, strict=True) if post_id == each.post_id]
    for each in new:
        await members.require_ability(each.author_id, Ability.POST, clock.now(), along)
    written = {post.id: post for post in await _insert_all(new, along)}
    return [
        written.get(post_id) or await queries.post(each.actor, post_id)
        for each, post_id in zip(wanted, ids_by_wanted, strict=True)
    ]


_WRITING = database.GroupCommit(_write_all, apart=attrgetter("author_id"), alike=attrgetter("company"))


async def _insert_all(wanted: Sequence[_Wanted], along: Along) -> list[PostView]:
    now = clock.now()
    posts = [_post(each, now) for each in wanted]
    database.write_last(_INSERT, [_row(post, each.text.words) for post, each in zip(posts, wanted, strict=True)])
    _tag({post.id: post.hashtags for post in posts})
    acting = Each({each.author_id: each.behalf for each in wanted})
    effects = await engagement.record_all([_recording(post) for post in posts], actor=acting, along=along)
    for post, effect in zip(posts, effects, strict=True):
        along.tell(EFFECTS, post_cause(post.id), effect)
    for each, post in zip(wanted, posts, strict=True):
        await outbox.record(_written(post), actor=each.behalf)
    return posts


def _post(wanted: _Wanted, now: datetime) -> PostView:
    text = wanted.text
    return PostView(
        id=wanted.post_id,
        author_id=wanted.author_id,
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
        hashtag_ids=_hashtag_ids(post.hashtags),
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


@transaction()
async def _edit(actor: Actor, post_id: UUID, text: Text) -> PostView:
    author_id = require_member(actor)
    post = await _locked(actor, post_id)
    if author_id != post.author_id:
        raise errors.NotTheAuthor
    if post.is_removed:
        raise errors.AlreadyRemoved
    if post.source == text.source:
        return post
    await members.require_ability(author_id, Ability.POST, clock.now())
    await _revise(post, text, actor)
    return await queries.post(actor, post_id)


async def _revise(post: PostView, text: Text, actor: Actor) -> None:
    edited_at = clock.now()
    await database.execute(
        "with revision as (insert into posts_revision (id, subject_id, source, replaced_at) values ($2, $1, $3, $4))"
        " update posts_post set source = $5, html = $6, renderer = $7, words = $8::text::tsvector, hashtags = $9,"
        " mention_handles = $10, mention_ids = $11, edited_at = $4 where id = $1",
        post.id,
        ids.new_id(),
        post.source,
        edited_at,
        text.source,
        text.html,
        text.renderer,
        text.words,
        text.hashtags,
        text.mention_handles,
        text.mention_ids,
    )
    added = [name for name in text.hashtags if name not in post.hashtags]
    dropped = [name for name in post.hashtags if name not in text.hashtags]
    _tag({post.id: added})
    await _untag(post.id, dropped)
    await outbox.record(
        facts.PostEdited(
            post_id=post.id,
            author_id=post.author_id,
            added_hashtag_ids=_hashtag_ids(added),
            dropped_hashtag_ids=_hashtag_ids(dropped),
            edited_at=edited_at,
        ),
        actor=actor,
    )


async def _locked(actor: Actor, post_id: UUID) -> PostView:
    """The post as it will stay until this transaction ends."""
    await database.execute("select from posts_post where id = $1 for no key update", post_id)
    return await queries.post(actor, post_id)


def _tag(names_by_post: Mapping[UUID, Iterable[str]]) -> None:
    """Let posts be found under hashtags, which are there from their first use on."""
    tags = [(post_id, hashtag_id(name), name) for post_id, names in names_by_post.items() for name in names]
    if tags:
        database.write_last(_KNOWN, [{"id": tag_id, "name": name} for tag_id, name in {tag[1:] for tag in tags}])
        database.write_last(_TAGGED, [{"hashtag_id": tag_id, "post_id": post_id} for post_id, tag_id, _ in tags])


# In the order of their ids, so that two writers cannot deadlock.
_KNOWN = database.into("posts_hashtag", "id uuid, name text", "order by id on conflict do nothing")
_TAGGED = database.into("posts_tagging", "hashtag_id uuid, post_id uuid")


async def _untag(post_id: UUID, names: Iterable[str]) -> None:
    dropped = _hashtag_ids(names)
    if dropped:
        await database.execute(
            "delete from posts_tagging where hashtag_id = any($2) and post_id = $1", post_id, dropped
        )


def _hashtag_ids(names: Iterable[str]) -> list[UUID]:
    return [hashtag_id(name) for name in names]
