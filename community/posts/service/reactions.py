"""Reactions to posts and comments: give one, take it back."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from community import database
from community.access.policy import Actor, require_member
from community.database import transaction
from community.engagement import service as engagement
from community.engagement.queries import EFFECTS
from community.engagement.rules.activities import Activity, OwnKind
from community.kernel import clock, ids
from community.kernel.along import NOTHING, Along
from community.members import queries as members_queries
from community.members import service as members
from community.members.rules import Ability
from community.outbox import service as outbox
from community.posts import errors, facts, queries
from community.posts.queries import Subject
from community.posts.queries.reactions import ACTOR
from community.posts.rules import activities
from community.posts.rules.reactions import Reaction

TAKEN_BACK = "The reaction was taken back."


@transaction()
async def react(actor: Actor, subject_id: UUID, kind: Reaction, *, along: Along = NOTHING) -> Subject:
    """A member reacts to a post or a comment. The same kind again changes nothing.

    `along` is told the effects of a new reaction.

    Raises Unauthenticated, NotFound, AlreadyRemoved, members' MayNotPost.
    """
    member_id = require_member(actor)
    beside = Along().bring(members_queries.RESTRICTIONS, ACTOR)
    subject = await queries.subject(actor, subject_id, beside)
    await members.require_ability(member_id, Ability.POST, clock.now(), beside)
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
        activity = Activity(
            kind=OwnKind.REACTION_GIVEN,
            member_id=member_id,
            occurred_at=clock.now(),
            subject=activities.subject_of(subject.type, subject_id),
            other_id=subject.author_id,
        )
        cause = activities.given_cause(subject_id, member_id, kind)
        along.tell(EFFECTS, cause, await engagement.record(activity, cause=cause, actor=actor))
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
        await engagement.undo(activities.given_cause(subject_id, member_id, kind), reason=TAKEN_BACK, actor=actor)
        await outbox.record(
            facts.ReactionRemoved(
                subject_id=subject_id, author_id=subject.author_id, member_id=member_id, kind=kind.value
            ),
            actor=actor,
        )
    return subject


@transaction()
async def reward_authors(added: Sequence[facts.ReactionAdded]) -> None:
    """Let authors earn what reactions to them earn, in their order, unless they were taken back meanwhile.

    Not where a member reacts, so that those who react to the same author never wait for each other. The reactions
    stay where they are until this is written: whoever hears that one was taken back finds what to undo.
    """
    reactions = await database.fetch(
        _STILL_THERE,
        [fact.subject_id for fact in added],
        [fact.member_id for fact in added],
        [fact.kind for fact in added],
        [fact.author_id for fact in added],
    )
    await engagement.record_all([_received(reaction) for reaction in reactions])


def _received(reaction: Mapping[str, Any]) -> engagement.Recording:
    """What the author did not do, but got."""
    subject_id, member_id = reaction["subject_id"], reaction["member_id"]
    activity = Activity(
        kind=OwnKind.REACTION_RECEIVED,
        member_id=reaction["author_id"],
        occurred_at=reaction["reacted_at"],
        subject=activities.subject_of(reaction["type"], subject_id),
        other_id=member_id,
    )
    cause = activities.received_cause(subject_id, member_id, Reaction(reaction["kind"]))
    return engagement.Recording(activity=activity, cause=cause)


_STILL_THERE = """
    select r.subject_id, r.member_id, r.kind, r.reacted_at, added.author_id,
        case when exists (select from posts_post where id = r.subject_id) then 'post' else 'comment' end as type
    from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[])
        with ordinality as added(subject_id, member_id, kind, author_id, place)
    join posts_reaction r
        on r.subject_id = added.subject_id and r.member_id = added.member_id and r.kind = added.kind
    order by added.place for key share of r
"""


@transaction()
async def unreward_author(subject_id: UUID, member_id: UUID, kind: Reaction) -> None:
    """Take back what an author earned by a reaction that was taken back."""
    await engagement.undo(activities.received_cause(subject_id, member_id, kind), reason=TAKEN_BACK)
