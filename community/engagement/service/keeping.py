"""What is kept of activities: their rows, what rules paid for them, and what that waits for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from community import database
from community.engagement.queries.effects import Effects, refusal_as_json
from community.engagement.rules.activities import Activity
from community.engagement.service.assessing import Assessment
from community.engagement.service.paying import Paid
from community.engagement.service.scoring import scored
from community.kernel import ids
from community.ledger.rules.transfers import Currency

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An activity with what was paid for it and what its member is told."""

    assessment: Assessment
    paid: list[Paid]
    effects: Effects

    @property
    def activity(self) -> Activity:
        """What happened."""
        return self.assessment.recording.activity

    @property
    def activity_id(self) -> UUID:
        """Under which id it is kept."""
        assert self.effects.activity_id is not None, "whatever is done has an id"
        return self.effects.activity_id


async def keep(done: Sequence[Done], now: datetime) -> set[UUID]:
    """Write all of it in one statement; the ids of the activities that were new.

    Nobody waits for the statement where it was looked up that all are new. If somebody else takes one of the causes
    meanwhile, the transaction is run again, and finds it known.
    """
    if all(each.assessment.is_looked_up for each in done):
        database.look_again_if_taken("engagement_activity_cause")
        grants = [row for each in done for row in _rows_of_grants(each)]
        await database.send_rows(
            {
                _ACTIVITIES: [_row_of_activity(each, now) for each in done],
                _GRANTS: grants,
                _GATES: [row for each in done for row in _rows_of_gates(each)],
                _SCORES: [row for row in grants if row["counts"]],
            }
        )
        return {each.activity_id for each in done}
    return {row["id"] for row in await database.fetch(_KEEP, *_rows(done, now))}


def _rows(done: Sequence[Done], now: datetime) -> tuple[str, str, str]:
    return (
        database.as_json(_row_of_activity(each, now) for each in done),
        database.as_json(row for each in done for row in _rows_of_grants(each)),
        database.as_json(row for each in done for row in _rows_of_gates(each)),
    )


_ACTIVITY = (
    "id uuid, kind text, member_id uuid, subject_type text, subject_id uuid, other_id uuid, quantity bigint,"
    " origin text, metadata jsonb, cause_kind text, cause_key text, programme_version text, refusals jsonb,"
    " tier_reached text, occurred_at timestamptz, recorded_at timestamptz"
)
_GRANT = (
    "id uuid, activity_id uuid, member_id uuid, rule text, currency text, amount bigint, subject_type text,"
    " subject_id uuid, other_id uuid, granted_at timestamptz, day date, day_since timestamptz, day_until timestamptz,"
    " pending_until timestamptz, pending_for text, percent smallint, reversed bigint"
)
_GATE = (
    "id uuid, activity_id uuid, rule text, member_id uuid, subject_type text, subject_id uuid, counts text,"
    " members int, held_until timestamptz, expires_at timestamptz"
)
_ACTIVITIES = database.into("engagement_activity", _ACTIVITY, "order by cause_kind, cause_key")
_GRANTS = database.into("engagement_grant", _GRANT)
_GATES = database.into("engagement_gate", _GATE)
_SCORES = database.Writing(
    scored("g.amount", "(select * from {rows}) g"), "member_id uuid, granted_at timestamptz, amount bigint"
)

_COUNTED = """(
    select new.* from json_to_recordset($2::text::json)
        as new(activity_id uuid, member_id uuid, granted_at timestamptz, amount bigint, counts boolean)
    join activities on activities.id = new.activity_id where new.counts
) g"""

_KEEP = f"""
    with activities as (
        insert into engagement_activity
        select * from json_populate_recordset(null::engagement_activity, $1::text::json) order by cause_kind, cause_key
        on conflict (cause_kind, cause_key) do nothing returning id
    ), grants as (
        insert into engagement_grant
        select new.* from json_populate_recordset(null::engagement_grant, $2::text::json) new
        join activities on activities.id = new.activity_id
    ), gates as (
        insert into engagement_gate
        select new.* from json_populate_recordset(null::engagement_gate, $3::text::json) new
        join activities on activities.id = new.activity_id
    ), scores as ({scored("g.amount", _COUNTED)})
    select id from activities
"""


def _row_of_activity(done: Done, now: datetime) -> Row:
    activity, effects, cause = done.activity, done.effects, done.assessment.recording.cause
    return {
        "id": effects.activity_id,
        "kind": activity.kind,
        "member_id": activity.member_id,
        "subject_type": activity.subject.type if activity.subject else None,
        "subject_id": activity.subject.id if activity.subject else None,
        "other_id": activity.other_id,
        "quantity": activity.quantity,
        "origin": activity.origin,
        "metadata": dict(activity.metadata),
        "cause_kind": cause.kind,
        "cause_key": cause.key,
        "programme_version": done.assessment.version.version,
        "refusals": [refusal_as_json(refused) for refused in effects.refused],
        "tier_reached": effects.tier_reached,
        "occurred_at": activity.occurred_at,
        "recorded_at": now,
    }


def _rows_of_grants(done: Done) -> Iterable[Row]:
    activity, day = done.activity, done.assessment.day
    for paid in done.paid:
        yield {
            "id": ids.new_text(),
            "activity_id": done.effects.activity_id,
            "member_id": activity.member_id,
            "rule": paid.payment.rule.code,
            "currency": paid.payment.rule.currency,
            "amount": paid.payment.amount,
            "subject_type": activity.subject.type if activity.subject else None,
            "subject_id": activity.subject.id if activity.subject else None,
            "other_id": activity.other_id,
            "granted_at": activity.occurred_at,
            "day": day.date,
            "day_since": day.since,
            "day_until": day.until,
            "pending_until": paid.pending_until,
            "pending_for": paid.pending_for,
            "percent": paid.payment.percent,
            "reversed": 0,
            "counts": paid.payment.rule.currency is Currency.CREDITS and paid.waiting is None,
        }


def _rows_of_gates(done: Done) -> Iterable[Row]:
    subject = done.activity.subject
    for paid in done.paid:
        if paid.waiting is not None and subject is not None:
            yield {
                "id": paid.waiting.id,
                "activity_id": done.effects.activity_id,
                "rule": paid.payment.rule.code,
                "member_id": done.activity.member_id,
                "subject_type": subject.type,
                "subject_id": subject.id,
                "counts": paid.waiting.gate.counts,
                "members": paid.waiting.gate.members,
                "held_until": paid.waiting.held_until,
                "expires_at": paid.waiting.expires_at,
            }
