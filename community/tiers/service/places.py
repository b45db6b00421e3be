"""The rows of standings, locked in the order of their members: whoever holds them decides."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from community import database
from community.tiers.queries import programmes
from community.tiers.queries.programmes import IN_FORCE, ProgrammeView
from community.tiers.queries.standings import standing_of
from community.tiers.rules.room import room_of
from community.tiers.rules.standing import Numbers, Standing, due_at

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Places:
    """Locked standings, the rows they were read from, and the version in force."""

    programme: ProgrammeView
    rows: dict[UUID, Row]
    kept: dict[UUID, Standing]


async def locked(member_ids: Collection[UUID], now: datetime) -> Places:
    """These members' standings, the caller's alone until the transaction ends. Whoever has none yet gets one.

    One statement; four for somebody's first.
    """
    wanted = sorted(set(member_ids))
    rows = await database.fetch(_LOCK, wanted, now)
    if len(rows) < len(wanted):
        await _open(set(wanted) - {row["member_id"] for row in rows}, now)
        rows = await database.fetch(_LOCK, wanted, now)
    programme = await programmes.by_id(rows[0]["programme_id"]) if rows else await programmes.in_force(now)
    return Places(
        programme,
        rows={row["member_id"]: row for row in rows},
        kept={row["member_id"]: standing_of(row) for row in rows},
    )


async def keep(
    places: Places, current: Mapping[UUID, Standing], counted: Mapping[UUID, Numbers], now: datetime
) -> None:
    """Write the standings that changed, and how much room they leave. One statement, or none."""
    rows = [_row(places.programme, each, standing, counted[each], now) for each, standing in current.items()]
    news = [row for row in rows if any(places.rows[row["member_id"]][name] != row[name] for name in row)]
    if news:
        await database.execute(_KEEP, database.as_json(news))


async def _open(member_ids: Iterable[UUID], now: datetime) -> None:
    programme = await programmes.in_force(now)
    await database.execute(
        "insert into tiers_standing (member_id, tier, since, earned, earned_since, version)"
        " select id, $2, $3, $2, $3, $4 from unnest($1::uuid[]) member(id) on conflict do nothing",
        sorted(member_ids),
        programme.rules.base,
        now,
        programme.version,
    )


async def take_room(brought: Mapping[UUID, Numbers], now: datetime) -> set[UUID]:
    """Let so much more count for these members; for whom it cannot lead anywhere. One statement.

    Who may rise by it, whom the clock asks for a decision, and who waits for the end of a grace is not among them.
    """
    if len(brought) == 1:
        ((member_id, numbers),) = brought.items()
        rows = await database.fetch(_TAKE_ROOM_OF_ONE, member_id, numbers.spend, numbers.engagement, now)
        return {row["member_id"] for row in rows}
    rows = await database.fetch(
        _TAKE_ROOM,
        list(brought),
        [each.spend for each in brought.values()],
        [each.engagement for each in brought.values()],
        now,
    )
    return {row["member_id"] for row in rows}


def _row(programme: ProgrammeView, member_id: UUID, standing: Standing, counted: Numbers, now: datetime) -> Row:
    room = room_of(programme.rules, standing, counted)
    return {
        "member_id": member_id,
        "tier": standing.tier,
        "since": standing.since,
        "earned": standing.earned,
        "earned_by": standing.earned_by,
        "earned_since": standing.earned_since,
        "period_since": standing.period.since if standing.period else None,
        "period_until": standing.period.until if standing.period else None,
        "grace_until": standing.grace_until,
        "warned_at": standing.warned_at,
        "plan": standing.plan,
        "locked": standing.locked,
        "locked_until": standing.locked_until,
        "version": programme.version,
        "due_at": due_at(programme.rules, standing, now),
        "room_spend": room.spend,
        "room_engagement": room.engagement,
    }


# Locked in the order of the ids, so that two who want the same members wait for each other and do not meet crosswise.
_LOCK = (
    f"select s.*, {IN_FORCE.format(now='$2')} as programme_id from tiers_standing s"
    " where s.member_id = any($1) order by s.member_id for no key update of s"
)

_KEEP = """
    update tiers_standing s set
        tier = new.tier, since = new.since, earned = new.earned, earned_by = new.earned_by,
        earned_since = new.earned_since, period_since = new.period_since, period_until = new.period_until,
        grace_until = new.grace_until, warned_at = new.warned_at, plan = new.plan, locked = new.locked,
        locked_until = new.locked_until, version = new.version, due_at = new.due_at,
        room_spend = new.room_spend, room_engagement = new.room_engagement
    from jsonb_populate_recordset(null::tiers_standing, $1::jsonb) new where s.member_id = new.member_id
"""

_WHO, _SPEND, _ENGAGEMENT = (
    database.unplanned(f"${place}", kind) for place, kind in enumerate(("uuid[]", "bigint[]", "bigint[]"), start=1)
)
_LEADS_NOWHERE = """
    s.room_spend > {spend} and s.room_engagement > {engagement}
    and s.grace_until is null and (s.due_at is null or s.due_at > $4)
    and s.version = (select max(version) from tiers_programme where starts_at <= $4)
"""
_TAKE_ROOM = f"""
    with brought as (
        select * from unnest({_WHO}, {_SPEND}, {_ENGAGEMENT}) brought(member_id, spend, engagement)
    ), locked as (
        select s.member_id from tiers_standing s where s.member_id = any({_WHO}) order by s.member_id for no key update
    )
    update tiers_standing s set
        room_spend = s.room_spend - brought.spend, room_engagement = s.room_engagement - brought.engagement
    from brought join locked using (member_id)
    where s.member_id = brought.member_id
    and {_LEADS_NOWHERE.format(spend="brought.spend", engagement="brought.engagement")}
    returning s.member_id
"""

# One member is there for nearly everything that earns, and needs neither arrays nor an order.
_TAKE_ROOM_OF_ONE = f"""
    update tiers_standing s set room_spend = s.room_spend - $2, room_engagement = s.room_engagement - $3
    where s.member_id = $1 and {_LEADS_NOWHERE.format(spend="$2", engagement="$3")}
    returning s.member_id
"""
