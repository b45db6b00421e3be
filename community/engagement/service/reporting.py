"""Activities from outside: a till, a partner, a device. In bulk, each with its own answer, once per external id."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID, uuid5

from community.access.policy import Actor
from community.database import transaction
from community.engagement import errors, policy
from community.engagement.queries.effects import Effects
from community.engagement.rules.activities import (
    LARGEST_QUANTITY,
    Activity,
    Scalar,
    Subject,
    is_external_kind,
    is_metadata,
)
from community.engagement.service.assessing import Recording
from community.engagement.service.participants import take_turns
from community.engagement.service.recording import record_each
from community.kernel import clock
from community.kernel.errors import BadInput, Problem
from community.ledger.rules.transfers import Cause

MAX_REPORTS = 1_000
BATCH = 100
"""So many activities are recorded in one transaction: a report that is cut off can simply be sent again."""

OLDEST = timedelta(days=366)
LONGEST_NAME = 100
CAUSE = "activity.reported"
SUBJECTS = UUID("3d0f6e0c-5b7a-5c55-9f0e-6a1d5f0c7e21")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a member did elsewhere. `about` names what it was about in the reporter's own words, if anything."""

    external_id: str
    kind: str
    member_id: UUID
    occurred_at: datetime
    about: str | None = None
    quantity: int | None = None
    metadata: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAnswer:
    """What became of one report: its effects, or the problem for which it was not recorded."""

    external_id: str
    effects: Effects | None = None
    problem: Problem | None = None


async def report(actor: Actor, reports: Sequence[Report]) -> list[ReportAnswer]:
    """Record what members did elsewhere; an answer for each, in their order. Needs a key with activities:write.

    An external id is recorded once for each key, whatever else is reported under it. Raises Forbidden and BadInput.
    """
    policy.require_reporter(actor)
    if len(reports) > MAX_REPORTS:
        raise BadInput("activities", "Report at most {limit} activities at a time.", MAX_REPORTS)
    remaining = iter(reports)
    answers: list[ReportAnswer] = []
    while batch := list(islice(remaining, BATCH)):
        answers += await _report(actor, batch)
    return answers


@transaction()
async def _report(actor: Actor, reports: Sequence[Report]) -> list[ReportAnswer]:
    now = clock.now()
    flaws = [next(_flaws_in(report, now), None) for report in reports]
    recordings = [None if flaw else _recording(actor, report) for report, flaw in zip(reports, flaws, strict=True)]
    turns = await take_turns({recording.activity.member_id for recording in recordings if recording}, now)
    known = [r for r in recordings if r is not None and r.activity.member_id in turns.earners]
    outcomes = iter(await record_each(known, turns, actor)) if known else iter(())
    answers = []
    for report, flaw, recording in zip(reports, flaws, recordings, strict=True):
        if flaw or recording is None:
            answers.append(ReportAnswer(external_id=report.external_id, problem=flaw))
        elif report.member_id not in turns.earners:
            problem = errors.UnknownMember(member_id=str(report.member_id))
            answers.append(ReportAnswer(external_id=report.external_id, problem=problem))
        else:
            outcome = next(outcomes)
            answers.append(
                ReportAnswer(external_id=report.external_id, effects=outcome)
                if isinstance(outcome, Effects)
                else ReportAnswer(
                    external_id=report.external_id, problem=errors.ExternalIdReused(external_id=report.external_id)
                )
            )
    return answers


def _flaws_in(report: Report, now: datetime) -> Iterator[Problem]:
    checks = {
        "externalId": _is_name(report.external_id),
        "kind": is_external_kind(report.kind),
        "occurredAt": now - OLDEST <= report.occurred_at <= now,
        "about": report.about is None or _is_name(report.about),
        "quantity": report.quantity is None or 0 <= report.quantity <= LARGEST_QUANTITY,
        "metadata": is_metadata(report.metadata),
    }
    return (errors.InvalidActivity(field) for field, is_fine in checks.items() if not is_fine)


def _is_name(text: str) -> bool:
    return 0 < len(text) <= LONGEST_NAME and text.isprintable()


def _recording(actor: Actor, report: Report) -> Recording:
    """What one key reports is its own: neither its ids nor its names meet those of others."""
    reporter = actor.key_id or actor.member_id
    subject = Subject("external", uuid5(SUBJECTS, f"{reporter}:{report.about}")) if report.about else None
    activity = Activity(
        kind=report.kind,
        member_id=report.member_id,
        occurred_at=report.occurred_at,
        subject=subject,
        quantity=report.quantity,
        origin=f"key:{reporter}",
        metadata=report.metadata,
    )
    return Recording(activity=activity, cause=Cause(CAUSE, f"{reporter}:{report.external_id}"))
