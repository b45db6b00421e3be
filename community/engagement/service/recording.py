"""Recording what members do: who may earn, what the rules say, what the ledger gets, where that leads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from community import database
from community.access.policy import Actor
from community.database import transaction
from community.engagement import facts
from community.engagement.queries.effects import Earned, Effects, Refused, firsts_by_cause, refusal_as_json
from community.engagement.rules.activities import UNKEPT, Activity
from community.engagement.rules.deciding import Payment, Refusal
from community.engagement.service import standing
from community.engagement.service.assessing import Assessment, Recording, assess
from community.engagement.service.participants import Turns, take_turns
from community.engagement.service.standing import Counted
from community.kernel import clock, ids
from community.kernel.errors import NotFound
from community.ledger import service as ledger
from community.ledger.errors import CauseReused
from community.ledger.rules.transfers import Cause, Currency
from community.ledger.service import Award
from community.outbox import service as outbox

CauseId = tuple[str, str]
Outcome = Effects | CauseReused
Row = dict[str, Any]


async def record(activity: Activity, *, cause: Cause, actor: Actor | None = None) -> Effects:
    """A member did something: give what the rules pay for it, in the caller's transaction; what it did and did not.

    What earns nothing is told in the effects, never raised. The same cause again gives nothing and returns the first
    effects. Raises NotFound for who is no member, and CauseReused for another activity under the same cause.
    """
    return (await record_all([Recording(activity=activity, cause=cause)], actor=actor))[0]


@transaction()
async def record_all(recordings: Sequence[Recording], *, actor: Actor | None = None) -> list[Effects]:
    """Record all of these, in their order; the effects of each. A fixed number of statements, however many there are.

    Raises what `record` raises.
    """
    turns = await take_turns({recording.activity.member_id for recording in recordings}, clock.now())
    if any(recording.activity.member_id not in turns.earners for recording in recordings):
        raise NotFound("Member")
    outcomes = await record_each(recordings, turns, actor)
    for outcome in outcomes:
        if isinstance(outcome, CauseReused):
            raise outcome
    return [outcome for outcome in outcomes if isinstance(outcome, Effects)]


async def record_each(recordings: Sequence[Recording], turns: Turns, actor: Actor | None) -> list[Outcome]:
    """The same inside a verb, with the problem of each recording in its place. It is everybody's turn."""
    now = clock.now()
    if any(recording.activity.occurred_at > now for recording in recordings):
        raise ValueError("nothing is recorded before it happened")
    unique: dict[CauseId, Recording] = {}
    for recording in recordings:
        unique.setdefault(_id(recording.cause), recording)
    assessed = await assess(list(unique.values()), turns.published, turns.earners, now)
    done = await _carry_out([a for a in assessed if not a.is_known], actor)
    repeated = [recording for cause, recording in unique.items() if cause not in done]
    return _outcomes(recordings, unique, done, await _first_outcomes(repeated))


async def _carry_out(assessed: Sequence[Assessment], actor: Actor | None) -> dict[CauseId, Effects]:
    """Give what was decided, and keep it; the effects. What was known already is not among them."""
    now = clock.now()
    paid = [
        (assessment, payment, ledger_cause(assessment.recording.cause, payment.rule.code, assessment.version.version))
        for assessment in assessed
        for payment in assessment.payments
    ]
    await ledger.award_many([_award(a.recording.activity, payment, cause) for a, payment, cause in paid], actor=actor)
    reached = await standing.raise_all(
        [Counted(a.recording.activity, payment.rule, payment.amount, cause) for a, payment, cause in paid], now, actor
    )
    kept = [a for a in assessed if a.payments or a.recording.activity.kind not in UNKEPT]
    effects = {_id(a.recording.cause): _effects(a, reached) for a in assessed}
    if kept:
        new = await _keep([(a, effects[_id(a.recording.cause)]) for a in kept], now)
        announced = [_fact(a, effects[_id(a.recording.cause)]) for a in kept if _id(a.recording.cause) in new]
        await outbox.record_all(announced, actor=actor)
        for known in {_id(a.recording.cause) for a in kept} - new:
            del effects[known]
    return effects


def _award(activity: Activity, payment: Payment, cause: Cause) -> Award:
    return Award(
        member_id=activity.member_id,
        currency=payment.rule.currency,
        amount=payment.amount,
        cause=cause,
        pending_until=payment.pending_until,
        pending_for=activity.pending_for,
        at=activity.occurred_at,
    )


def _effects(assessment: Assessment, reached: Mapping[UUID, str]) -> Effects:
    activity = assessment.recording.activity
    return Effects(
        member_id=activity.member_id,
        activity_id=ids.new_id(),
        earned=[
            Earned(
                rule=payment.rule.code,
                currency=payment.rule.currency,
                amount=payment.amount,
                pending_until=payment.pending_until,
                pending_for=activity.pending_for,
            )
            for payment in assessment.payments
        ],
        refused=[
            Refused(rule=decision.rule.code, reason=decision.reason)
            for decision in assessment.decisions
            if isinstance(decision, Refusal) and decision.is_news
        ],
        tier_reached=reached.get(activity.member_id) if assessment.payments else None,
    )


async def _keep(kept: Sequence[tuple[Assessment, Effects]], now: datetime) -> set[CauseId]:
    """Which causes were new. Raises CauseReused when somebody else took the cause of what was paid for."""
    written = await database.fetch(
        _KEEP,
        _as_json(_row_of_activity(assessment, effects, now) for assessment, effects in kept),
        _as_json(row for assessment, effects in kept for row in _rows_of_grants(assessment, effects)),
    )
    new_ids = {row["id"] for row in written}
    for assessment, effects in kept:
        if effects.activity_id not in new_ids and assessment.payments:
            raise _reused(assessment.recording)
    return {_id(assessment.recording.cause) for assessment, effects in kept if effects.activity_id in new_ids}


_KEEP = """
    with activities as (
        insert into engagement_activity
        select * from json_populate_recordset(null::engagement_activity, $1::text::json) order by cause_kind, cause_key
        on conflict (cause_kind, cause_key) do nothing returning id
    ), grants as (
        insert into engagement_grant
        select new.* from json_populate_recordset(null::engagement_grant, $2::text::json) new
        join activities on activities.id = new.activity_id
    )
    select id from activities
"""


def _row_of_activity(assessment: Assessment, effects: Effects, now: datetime) -> Row:
    activity, cause = assessment.recording.activity, assessment.recording.cause
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
        "programme_version": assessment.version.version,
        "refusals": [refusal_as_json(refused) for refused in effects.refused],
        "tier_reached": effects.tier_reached,
        "occurred_at": activity.occurred_at,
        "recorded_at": now,
    }


def _rows_of_grants(assessment: Assessment, effects: Effects) -> Iterable[Row]:
    activity, day = assessment.recording.activity, assessment.day
    for earned, payment in zip(effects.earned, assessment.payments, strict=True):
        yield {
            "id": ids.new_text(),
            "activity_id": effects.activity_id,
            "member_id": activity.member_id,
            "rule": earned.rule,
            "currency": earned.currency,
            "amount": earned.amount,
            "subject_type": activity.subject.type if activity.subject else None,
            "subject_id": activity.subject.id if activity.subject else None,
            "other_id": activity.other_id,
            "granted_at": activity.occurred_at,
            "day": day.date,
            "day_since": day.since,
            "day_until": day.until,
            "pending_until": earned.pending_until,
            "pending_for": earned.pending_for,
            "percent": payment.percent,
            "reversed": 0,
        }


def _fact(assessment: Assessment, effects: Effects) -> facts.ActivityRecorded:
    activity = assessment.recording.activity
    assert effects.activity_id is not None, "what is announced is kept"
    return facts.ActivityRecorded(
        activity_id=effects.activity_id,
        member_id=activity.member_id,
        kind=activity.kind,
        about_id=activity.subject.id if activity.subject else None,
        points=sum(earned.amount for earned in effects.earned if earned.currency is Currency.POINTS),
        credits=sum(earned.amount for earned in effects.earned if earned.currency is Currency.CREDITS),
        refused=[refused.reason.code for refused in effects.refused],
        occurred_at=activity.occurred_at,
    )


async def _first_outcomes(repeated: Sequence[Recording]) -> dict[CauseId, Outcome]:
    """For causes that were recorded before: the effects they had, or that they belong to another activity."""
    if not repeated:
        return {}
    firsts = await firsts_by_cause([recording.cause for recording in repeated])
    outcomes: dict[CauseId, Outcome] = {}
    for recording in repeated:
        first = firsts[_id(recording.cause)]
        is_same = first.identity == recording.activity.identity
        outcomes[_id(recording.cause)] = first.effects if is_same else _reused(recording)
    return outcomes


def _outcomes(
    recordings: Sequence[Recording],
    unique: Mapping[CauseId, Recording],
    done: Mapping[CauseId, Effects],
    firsts: Mapping[CauseId, Outcome],
) -> list[Outcome]:
    """In the order of the recordings: one cause may be there more than once."""
    outcomes: list[Outcome] = []
    for recording in recordings:
        cause = _id(recording.cause)
        first = unique[cause]
        if recording is first:
            outcomes.append(done[cause] if cause in done else firsts[cause])
        elif recording.activity.identity != first.activity.identity:
            outcomes.append(_reused(recording))
        else:
            outcomes.append(replace(done[cause], is_repeat=True) if cause in done else firsts[cause])
    return outcomes


def ledger_cause(cause: Cause, rule: str, version: str | None = None) -> Cause:
    """Under which cause the ledger knows what a rule paid for an activity."""
    return Cause(cause.kind, f"{cause.key}:{rule}", version)


def _reused(recording: Recording) -> CauseReused:
    return CauseReused(kind=recording.cause.kind, key=recording.cause.key)


def _id(cause: Cause) -> CauseId:
    return cause.kind, cause.key


def _as_json(rows: Iterable[Row]) -> str:
    return orjson.dumps(list(rows), default=str).decode()
