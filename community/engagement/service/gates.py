"""Quality gates: what a rule pays waits until enough different members stand behind it, or it lapses."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community import database
from community.access.policy import Acting
from community.database import transaction
from community.engagement import facts
from community.engagement.queries.programmes import PublishedProgramme
from community.engagement.rules.activities import Activity
from community.engagement.rules.programme import Gate
from community.engagement.service import participants
from community.engagement.service.causes import ledger_cause
from community.engagement.service.scoring import scored
from community.kernel import clock
from community.ledger import service as ledger
from community.ledger.rules.transfers import Cause
from community.outbox import service as outbox

BATCH = 100
"""So many gates are closed in one transaction."""

LAPSED = "Too few members reacted in time."

Matter = tuple[UUID, str, UUID, str]
"""Whose, the type and the id of the subject, and which kind of activity counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A gate that what a rule pays for an activity waits for."""

    id: UUID
    gate: Gate
    held_until: datetime | None
    expires_at: datetime

    @property
    def event(self) -> str:
        """The event that the ledger waits for."""
        return event_of(self.id)


def event_of(gate_id: UUID) -> str:
    """What the ledger calls the opening of a gate."""
    return f"engagement.gate:{gate_id}"


async def supporters(wanted: Sequence[tuple[Activity, Gate]]) -> list[int]:
    """How many different members stand behind each of these already, in order. One statement, or none."""
    matters = [_matter(activity, gate.counts) for activity, gate in wanted]
    if not matters:
        return []
    rows = await database.fetch(_SUPPORTERS, *map(list, zip(*matters, strict=True)))
    return [row["supporters"] for row in rows]


async def open_reached(activities: Iterable[Activity], published: Iterable[PublishedProgramme], actor: Acting) -> None:
    """What was done may be what gates wait for: open those that have enough. No statement where no rule has a gate.

    It is the turn of the members whose gates these are, so that two who come at the same time are both counted.
    """
    counted = {rule.gate.counts for version in published for rule in version.programme.rules if rule.gate}
    matters = {_matter(each, each.kind) for each in activities if each.kind in counted and each.subject}
    if not matters:
        return
    now = clock.now()
    opened = await database.fetch(_OPEN, *map(list, zip(*matters, strict=True)), now)
    for row in opened:
        held_until = row["held_until"] if row["held_until"] and row["held_until"] > now else None
        await ledger.activate(event_of(row["id"]), held_until=held_until)
        released = facts.RewardReleased(activity_id=row["activity_id"], member_id=row["member_id"], rule=row["rule"])
        await outbox.record(released, actor=actor)


@transaction()
async def lapse_due() -> int:
    """Take back what waited too long, for up to BATCH gates; how many there were."""
    now = clock.now()
    due = await database.fetch(_DUE, now, BATCH)
    await participants.lock_all({row["member_id"] for row in due})
    for row in await database.fetch(_LAPSE, [row["id"] for row in due], now):
        cause = ledger_cause(Cause(row["cause_kind"], row["cause_key"]), row["rule"])
        await ledger.reverse(cause, reason=LAPSED)
        await outbox.record(
            facts.RewardLapsed(activity_id=row["activity_id"], member_id=row["member_id"], rule=row["rule"])
        )
    return len(due)


def _matter(activity: Activity, counts: str) -> Matter:
    assert activity.subject is not None, "who stands behind something stands behind a subject"
    return activity.member_id, activity.subject.type, activity.subject.id, counts


_STOOD_BEHIND = """
    select count(distinct a.other_id) from engagement_activity a
    where a.subject_id = {of}.subject_id and a.member_id = {of}.member_id and a.subject_type = {of}.subject_type
    and a.kind = {of}.counts and a.other_id <> a.member_id and a.undone_at is null
"""

_MATTERS = "unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[])"

_SUPPORTERS = f"""
    select ({_STOOD_BEHIND.format(of="wanted")}) as supporters
    from {_MATTERS} with ordinality wanted(member_id, subject_type, subject_id, counts, place) order by place
"""

_RELEASED = """(
    select g.* from opened join engagement_grant g on g.activity_id = opened.activity_id and g.rule = opened.rule
    where g.currency = 'credits' and g.undone_at is null
) g"""

_OPEN = f"""
    with opened as (
        update engagement_gate g set opened_at = $5
        from {_MATTERS} done(member_id, subject_type, subject_id, counts)
        where g.subject_id = done.subject_id and g.member_id = done.member_id and g.subject_type = done.subject_type
        and g.counts = done.counts and g.opened_at is null and g.closed_at is null and g.expires_at > $5
        and ({_STOOD_BEHIND.format(of="g")}) >= g.members
        returning g.id, g.activity_id, g.member_id, g.rule, g.held_until
    ), scores as ({scored("g.amount - g.reversed", _RELEASED)})
    select * from opened
"""

_DUE = """
    select id, member_id from engagement_gate
    where opened_at is null and closed_at is null and expires_at <= $1 order by expires_at limit $2
"""

_LAPSE = """
    with lapsed as (
        update engagement_gate set closed_at = $2
        where id = any($1) and opened_at is null and closed_at is null returning activity_id, member_id, rule
    ), taken as (
        update engagement_grant g set undone_at = $2 from lapsed
        where g.activity_id = lapsed.activity_id and g.rule = lapsed.rule
    )
    select lapsed.*, a.cause_kind, a.cause_key
    from lapsed join engagement_activity a on a.id = lapsed.activity_id order by lapsed.activity_id, lapsed.rule
"""
