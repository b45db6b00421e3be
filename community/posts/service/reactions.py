"""Reactions to posts and comments: give one, take it back."""

from uuid import UUID

from community import database
from community.access.policy import Actor, require_member
from community.database import transaction
from community.kernel import clock, ids
from community.members import service as members
from community.members.rules import Ability
from community.outbox import service as outbox
from community.posts import errors, facts, queries
from community.posts.queries import Subject
from community.posts.rules.reactions import Reaction


@transaction()
async def react(actor: Actor, subject_id: UUID, kind: Reaction) -> Subject:
    """A member reacts to a post or a comment. The same kind again changes nothing.

    Raises Unauthenticated, NotFound, AlreadyRemoved, members' MayNotPost.
    """
    member_id = require_member(actor)
    await members.require_ability(member_id, Ability.POST, clock.now())
    subject = await queries.subject(actor, subject_id)
    if subject.is_removed:
        raise errors.AlreadyRemoved
    is_new = await database.fetch_value(
        "with reaction as (insert into posts_reaction (id, subject_id, member_id, kind, reacted_at)"
        " values ($1, $2, $3, $4, $5) on conflict do nothing returning subject_id, kind)"
        " insert into posts_tally_delta (subject_id, measure, delta) select subject_id, kind, 1 from reaction"
        " returning true",
        ids.new_id(),
        subject_id,
        member_id,
        kind,
        clock.now(),
    )
    if is_new:
        await outbox.record(
            facts.ReactionAdded(
                subject_id=subject_id, author_id=subject.author_id, member_id=member_id, kind=kind.value
            ),
            actor=actor,
        )
    return subject


@transaction()
async def unreact(actor: Actor, subject_id: UUID, kind: Reaction) -> Subject:
    """A member takes a reaction back. Where there is none, nothing changes.

    Raises Unauthenticated, NotFound, AlreadyRemoved.
    """
    member_id = require_member(actor)
    subject = await queries.subject(actor, subject_id)
    if subject.is_removed:
        raise errors.AlreadyRemoved
    was_there = await database.fetch_value(
        "with reaction as (delete from posts_reaction where subject_id = $1 and member_id = $2 and kind = $3"
        " returning subject_id, kind)"
        " insert into posts_tally_delta (subject_id, measure, delta) select subject_id, kind, -1 from reaction"
        " returning true",
        subject_id,
        member_id,
        kind,
    )
    if was_there:
        await outbox.record(
            facts.ReactionRemoved(
                subject_id=subject_id, author_id=subject.author_id, member_id=member_id, kind=kind.value
            ),
            actor=actor,
        )
    return subject
