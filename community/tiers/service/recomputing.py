"""Deciding where members stand: after something counted, by the clock, and after other rules came into force."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from community import database
from community.access.policy import Acting, behalf_of
from community.database import transaction
from community.kernel import ids
from community.kernel.facts import Fact
from community.outbox import service as outbox
from community.tiers import facts
from community.tiers.queries import TransitionView, programmes
from community.tiers.queries.programmes import ProgrammeView
from community.tiers.queries.standings import Reading, readings
from community.tiers.rules.standing import Change, Decision, Numbers, Standing, can_wait, decide, is_due, lost_at
from community.tiers.service.places import Places, keep, locked, take_room

BATCH = 200


async def recompute(member_id: UUID, now: datetime, *, actor: Acting = None) -> TransitionView | None:
    """Decide where a member stands, in the caller's transaction; the change of their tier, if it changed.

    Two statements while nothing changes. Two at once wait for each other, and the second sees what the first saw.
    """
    return (await recompute_many([member_id], now, actor=actor)).get(member_id)


@transaction()
async def recompute_many(
    member_ids: Collection[UUID], now: datetime, *, actor: Acting = None
) -> dict[UUID, TransitionView]:
    """Decide where each of these members stands; the last change of those whose tier changed.

    The number of statements does not grow with the number of members.
    """
    return await decide_all(await locked(member_ids, now), now, actor)


@transaction()
async def advance(
    brought: Mapping[UUID, Numbers], now: datetime, *, actor: Acting = None
) -> dict[UUID, TransitionView]:
    """So much more counts for these members than was decided on: decide anew where it can lead to another tier.

    It is written already: contributions for the spend track, active credits for the engagement track. One statement
    where it leads nobody anywhere. The last change of those whose tier changed.
    """
    if not brought:
        return {}
    movable = brought.keys() - await take_room(brought, now)
    return await recompute_many(movable, now, actor=actor) if movable else {}


@transaction()
async def recede(member_ids: Collection[UUID], now: datetime, *, actor: Acting = None) -> dict[UUID, TransitionView]:
    """Less counts for these members than before: decide anew where that matters before their period ends.

    One statement where it does not. The last change of those whose tier changed.
    """
    places = await locked(member_ids, now)
    if all(can_wait(places.programme.rules, standing, now) for standing in places.kept.values()):
        return {}
    return await decide_all(places, now, actor)


async def decide_all(
    places: Places, now: datetime, actor: Acting, *, given: Mapping[UUID, Standing] | None = None
) -> dict[UUID, TransitionView]:
    """Decide on locked standings, or on what was `given` instead, until nothing more is due, and keep what came out."""
    programme = places.programme
    current = {**places.kept, **(given or {})}
    transitions: list[TransitionView] = []
    announced: list[Fact] = []
    counted: dict[UUID, Numbers] = {}
    undecided = sorted(current)
    while undecided:
        for reading in await readings(programme.rules, {each: current[each] for each in undecided}, now):
            decision = _decide(programme, reading, now)
            current[reading.member_id] = decision.standing
            counted[reading.member_id] = reading.counted
            if decision.change:
                transitions.append(_transition(programme, reading, decision.change, now, actor))
            announced += _facts(programme, reading.member_id, decision, now)
        undecided = [each for each in undecided if is_due(programme.rules, current[each], now)]
    await keep(places, current, counted, now)
    await _note(transitions)
    await outbox.record_all(announced, actor=actor)
    return {transition.member_id: transition for transition in transitions}


@transaction()
async def settle_due(now: datetime, limit: int = BATCH) -> int:
    """Decide where the clock, or other rules, ask for it: for up to `limit` members; for how many it did."""
    programme = await programmes.in_force(now)
    rows = await database.fetch(
        "select member_id from tiers_standing where due_at <= $1 or version < $2"
        " order by member_id limit $3 for no key update skip locked",
        now,
        programme.version,
        limit,
    )
    await recompute_many([row["member_id"] for row in rows], now)
    return len(rows)


def _decide(programme: ProgrammeView, reading: Reading, now: datetime) -> Decision:
    return decide(programme.rules, reading.standing, reading.counted, reading.judged, now, reading.calendar)


def _transition(
    programme: ProgrammeView, reading: Reading, change: Change, now: datetime, actor: Acting
) -> TransitionView:
    who = behalf_of(actor, reading.member_id).actor
    return TransitionView(
        id=ids.new_id(),
        member_id=reading.member_id,
        before=change.before,
        after=change.after,
        reason=change.reason,
        track=change.track,
        version=programme.version,
        spend=reading.counted.spend,
        engagement=reading.counted.engagement,
        decided_at=now,
        actor_id=who.member_id if who else None,
    )


def _facts(programme: ProgrammeView, member_id: UUID, decision: Decision, now: datetime) -> list[Fact]:
    announced: list[Fact] = []
    if change := decision.change:
        is_up = programme.rules.rank(change.after) > programme.rules.rank(change.before)
        announced.append(
            (facts.TierReached if is_up else facts.TierLost)(
                member_id=member_id,
                before=change.before,
                after=change.after,
                reason=change.reason,
                track=change.track,
                programme_version=programme.version,
            )
        )
    place = decision.standing
    if decision.warns and (ends := lost_at(programme.rules, place, now)):
        announced.append(
            facts.TierAtRisk(
                member_id=member_id, tier=place.earned, lost_at=ends, in_grace=place.grace_until is not None
            )
        )
    return announced


async def _note(transitions: list[TransitionView]) -> None:
    if transitions:
        await database.execute(
            "insert into tiers_transition select * from jsonb_populate_recordset(null::tiers_transition, $1::jsonb)",
            database.as_json(map(asdict, transitions)),
        )
