"""Posts that were written: their authors edit them; they, or moderators, take them down."""

from uuid import UUID

from community import database
from community.access.policy import Actor, Permission, require, require_member
from community.database import transaction
from community.engagement import service as engagement
from community.kernel import clock, ids
from community.members import service as members
from community.members.rules import Ability
from community.outbox import service as outbox
from community.posts import errors, facts, policy, queries
from community.posts.queries import PostView
from community.posts.rules import limits
from community.posts.rules.activities import post_subject
from community.posts.rules.hashtags import hashtag_ids
from community.posts.rules.texts import removal_reason
from community.posts.service.hashtags import tag, untag
from community.posts.service.texts import Text, understand


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
    await untag(post_id, post.hashtags)
    await engagement.withdraw(post_subject(post_id), member_id=post.author_id, reason=kept_reason, actor=actor)
    await outbox.record(
        facts.PostRemoved(
            post_id=post_id,
            author_id=post.author_id,
            removed_by=member_id,
            hashtag_ids=hashtag_ids(post.hashtags),
        ),
        actor=actor,
    )
    return removed


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
    tag({post.id: added})
    await untag(post.id, dropped)
    await outbox.record(
        facts.PostEdited(
            post_id=post.id,
            author_id=post.author_id,
            added_hashtag_ids=hashtag_ids(added),
            dropped_hashtag_ids=hashtag_ids(dropped),
            edited_at=edited_at,
        ),
        actor=actor,
    )


async def _locked(actor: Actor, post_id: UUID) -> PostView:
    """The post as it will stay until this transaction ends."""
    await database.execute("select from posts_post where id = $1 for no key update", post_id)
    return await queries.post(actor, post_id)
