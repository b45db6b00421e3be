"""Comments: answer a post, reply to a comment, edit, remove."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from community import database
from community.access.policy import Actor, Permission, require, require_member
from community.database import transaction
from community.engagement import service as engagement
from community.engagement.queries import EFFECTS
from community.engagement.rules.activities import Activity, OwnKind
from community.idempotency import service as idempotency
from community.kernel import clock, ids
from community.kernel.along import Along
from community.members import service as members
from community.members.rules import Ability
from community.outbox import service as outbox
from community.posts import errors, facts, policy, queries
from community.posts.queries import CommentView
from community.posts.rules import limits
from community.posts.rules.activities import comment_cause, comment_subject
from community.posts.rules.tallies import COMMENTS
from community.posts.rules.texts import removal_reason
from community.posts.service import tallies
from community.posts.service.texts import Text, about_the_writer, understand


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a thread a comment goes. Without a parent, it answers the post itself."""

    post_id: UUID
    parent_id: UUID | None
    depth: int
    answered_id: UUID | None
    """Who wrote what is answered."""


async def comment(
    actor: Actor, post_id: UUID, source: str, *, idempotency_key: str | None = None, along: Along | None = None
) -> CommentView:
    """A member answers a post. The same key, post and text again gives the first comment.

    `along` may bring and is told the same as where a post is written.

    Raises NotFound, AlreadyRemoved, members' MayNotPost, what `understand` raises, idempotency's problems.
    """
    require_member(actor)
    text = await understand(source, limits.MAX_COMMENT_LENGTH)
    return await _comment(actor, post_id, text, idempotency_key, about_the_writer(along))


async def reply(
    actor: Actor, comment_id: UUID, source: str, *, idempotency_key: str | None = None, along: Along | None = None
) -> CommentView:
    """A member answers a comment, at most on level MAX_DEPTH. Raises ThreadTooDeep, and what `comment` raises."""
    require_member(actor)
    text = await understand(source, limits.MAX_COMMENT_LENGTH)
    return await _reply(actor, comment_id, text, idempotency_key, about_the_writer(along))


async def edit_comment(actor: Actor, comment_id: UUID, source: str) -> CommentView:
    """Its author changes what a comment says; what it said is kept. The same text again changes nothing.

    Raises NotFound, NotTheAuthor, AlreadyRemoved, members' MayNotPost, what `understand` raises.
    """
    require_member(actor)
    text = await understand(source, limits.MAX_COMMENT_LENGTH)
    return await _edit(actor, comment_id, text)


@transaction()
async def remove_comment(actor: Actor, comment_id: UUID, reason: str | None = None) -> CommentView:
    """Its author, or a moderator with a reason, takes a comment down; replies to it stay. Again changes nothing.

    Raises NotFound, Forbidden, InvalidReason.
    """
    member_id = require_member(actor)
    found = await _locked(actor, comment_id)
    if found.is_removed:
        return found
    author_id = found.author_id
    assert author_id is not None, "who wrote a comment that stands is never hidden"
    if not policy.can_remove(actor, author_id, is_removed=False):
        require(actor, Permission.POSTS_REMOVE_ANY)
    kept_reason = removal_reason(reason, is_author=member_id == author_id)
    await database.execute(
        "update posts_comment set removed_at = $2, removed_by = $3, removal_reason = $4 where id = $1",
        comment_id,
        clock.now(),
        member_id,
        kept_reason,
    )
    await tallies.add(_above(found), COMMENTS, -1)
    await engagement.withdraw(comment_subject(comment_id), member_id=author_id, reason=kept_reason, actor=actor)
    await outbox.record(
        facts.CommentRemoved(post_id=found.post_id, comment_id=comment_id, author_id=author_id, removed_by=member_id),
        actor=actor,
    )
    return await queries.comment(actor, comment_id)


@transaction()
async def _comment(actor: Actor, post_id: UUID, text: Text, idempotency_key: str | None, along: Along) -> CommentView:
    post = await queries.post(actor, post_id)
    if post.is_removed:
        raise errors.AlreadyRemoved
    place = Place(post_id, parent_id=None, depth=1, answered_id=post.author_id)
    return await _write(actor, place, text, idempotency_key, along)


@transaction()
async def _reply(actor: Actor, comment_id: UUID, text: Text, idempotency_key: str | None, along: Along) -> CommentView:
    parent = await queries.comment(actor, comment_id)
    post = await queries.post(actor, parent.post_id)
    if parent.is_removed or post.is_removed:
        raise errors.AlreadyRemoved
    if parent.depth >= limits.MAX_DEPTH:
        raise errors.ThreadTooDeep(limits.MAX_DEPTH)
    place = Place(parent.post_id, parent.id, parent.depth + 1, parent.author_id)
    return await _write(actor, place, text, idempotency_key, along)


async def _write(actor: Actor, place: Place, text: Text, idempotency_key: str | None, along: Along) -> CommentView:
    author_id = require_member(actor)
    comment_id = ids.new_id()
    mine = {"comment_id": str(comment_id)}
    asked = {"post_id": place.post_id, "parent_id": place.parent_id, "source": text.source}
    call = idempotency.Call(
        scope=f"posts.comment:{author_id}", key=idempotency_key, input=asked, result=mine, about=author_id
    )
    written = await idempotency.first(call, along)
    if written != mine:
        return await queries.comment(actor, UUID(written["comment_id"]))
    await members.require_ability(author_id, Ability.POST, clock.now(), along)
    return await _insert(actor, comment_id, author_id, place, text, along)


async def _insert(
    actor: Actor, comment_id: UUID, author_id: UUID, place: Place, text: Text, along: Along
) -> CommentView:
    comment = CommentView(
        id=comment_id,
        post_id=place.post_id,
        parent_id=place.parent_id,
        depth=place.depth,
        author_id=author_id,
        source=text.source,
        html=text.html,
        mentioned_ids=list(text.mention_ids),
        written_at=clock.now(),
    )
    database.write_last(_INSERT, [_row(comment, text)])
    tallies.add_last(_above(comment), COMMENTS, 1)
    activity = Activity(
        kind=OwnKind.COMMENT_WRITTEN,
        member_id=author_id,
        occurred_at=comment.written_at,
        subject=comment_subject(comment.id),
        other_id=place.answered_id,
    )
    cause = comment_cause(comment.id)
    effects = await engagement.record(activity, cause=cause, actor=actor, is_new=True, along=along)
    along.tell(EFFECTS, cause, effects)
    await outbox.record(
        facts.CommentWritten(
            post_id=place.post_id,
            comment_id=comment.id,
            parent_id=place.parent_id,
            author_id=author_id,
            mentioned_ids=list(text.mention_ids),
        ),
        actor=actor,
    )
    return comment


def _above(comment: CommentView) -> list[UUID]:
    """What it counts as a comment of: the post, and what it answers there."""
    return [comment.post_id, comment.parent_id] if comment.parent_id else [comment.post_id]


def _row(comment: CommentView, text: Text) -> dict[str, Any]:
    columns = asdict(comment)
    mentions = {"mention_handles": text.mention_handles, "mention_ids": columns.pop("mentioned_ids")}
    return columns | mentions | {"renderer": text.renderer}


_INSERT = database.into(
    "posts_comment",
    "id uuid, post_id uuid, parent_id uuid, depth smallint, author_id uuid, source text, html text, renderer smallint,"
    " mention_handles text[], mention_ids uuid[], written_at timestamptz",
)


@transaction()
async def _edit(actor: Actor, comment_id: UUID, text: Text) -> CommentView:
    member_id = require_member(actor)
    found = await _locked(actor, comment_id)
    if member_id != found.author_id:
        raise errors.NotTheAuthor
    if found.is_removed:
        raise errors.AlreadyRemoved
    if found.source == text.source:
        return found
    await members.require_ability(member_id, Ability.POST, clock.now())
    await database.execute(
        "with revision as (insert into posts_revision (id, subject_id, source, replaced_at) values ($2, $1, $3, $4))"
        " update posts_comment set source = $5, html = $6, renderer = $7, mention_handles = $8, mention_ids = $9,"
        " edited_at = $4 where id = $1",
        comment_id,
        ids.new_id(),
        found.source,
        clock.now(),
        text.source,
        text.html,
        text.renderer,
        text.mention_handles,
        text.mention_ids,
    )
    await outbox.record(
        facts.CommentEdited(post_id=found.post_id, comment_id=comment_id, author_id=member_id), actor=actor
    )
    return await queries.comment(actor, comment_id)


async def _locked(actor: Actor, comment_id: UUID) -> CommentView:
    """The comment as it will stay until this transaction ends."""
    await database.execute("select from posts_comment where id = $1 for no key update", comment_id)
    return await queries.comment(actor, comment_id)
