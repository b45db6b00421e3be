"""What activities would earn at this moment, in their order: the same answer for recording and for trying out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from community.engagement.queries.programmes import PublishedProgramme, in_force
from community.engagement.rules.activities import Activity
from community.engagement.rules.deciding import Decision, Earner, Payment, Question, decide
from community.engagement.rules.history import Given, History, matter_of
from community.engagement.rules.programme import Rule
from community.engagement.rules.windows import Day
from community.engagement.service import standing
from community.engagement.service.memory import Candidate, Memory, recall
from community.engagement.service.participants import Earners
from community.ledger.rules.transfers import Cause

LONGEST_KEY = 150
"""The ledger's key for what a rule pays is this one with the rule's code after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """An activity and what caused it: the same cause is recorded once, for ever."""

    activity: Activity
    cause: Cause
    is_new: bool = False
    """Whether its subject came into being just now, and the cause with it: nobody can have recorded it, been paid for
    it, or taken it down."""

    def __post_init__(self) -> None:
        if len(self.cause.key) > LONGEST_KEY:
            raise ValueError(f"the cause of an activity has a key of at most {LONGEST_KEY} characters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What each rule says about one activity, on the member's day it happened; or that its cause is known."""

    recording: Recording
    version: PublishedProgramme
    day: Day
    decisions: list[Decision]
    is_known: bool
    is_looked_up: bool
    """Whether somebody looked; else it may be known all the same."""

    @property
    def payments(self) -> list[Payment]:
        """The decisions that pay."""
        return [decision for decision in self.decisions if isinstance(decision, Payment)]


async def assess(
    recordings: Sequence[Recording], published: Sequence[PublishedProgramme], earners: Earners, now: datetime
) -> list[Assessment]:
    """Ask every rule about every activity; what one pays counts for the next.

    No statement where no rule is triggered, or where nothing that was before can matter; else one, and another where a
    rule asks for the tier.
    """
    versions = [in_force(published, recording.activity.occurred_at) for recording in recordings]
    triggered = [v.programme.triggered_by(r.activity.kind) for r, v in zip(recordings, versions, strict=True)]
    if any(rule.asks_for_tier for rules in triggered for rule in rules):
        earners = await _with_tiers(earners, now)
    candidates = [
        Candidate(r.activity, rule, earners[r.activity.member_id].time_zone, version.programme.period_months, r.is_new)
        for r, version, rules in zip(recordings, versions, triggered, strict=True)
        for rule in rules
    ]
    causes = [recording.cause for recording in recordings if not recording.is_new]
    memory = await recall(causes, candidates) if candidates else Memory()
    is_looked_up = bool(candidates) or not causes
    assessed = []
    for recording, version, rules in zip(recordings, versions, triggered, strict=True):
        earner = earners[recording.activity.member_id]
        is_known = (recording.cause.kind, recording.cause.key) in memory.known
        day = Day.of(recording.activity.occurred_at, earner.time_zone)
        decisions = [] if is_known else _ask(recording.activity, rules, earner, day, version, memory.history)
        assessed.append(
            Assessment(
                recording=recording,
                version=version,
                day=day,
                decisions=decisions,
                is_known=is_known,
                is_looked_up=is_looked_up,
            )
        )
    return assessed


def _ask(
    activity: Activity,
    rules: Iterable[Rule],
    earner: Earner,
    day: Day,
    version: PublishedProgramme,
    history: History,
) -> list[Decision]:
    decisions = []
    for rule in rules:
        question = Question(
            rule=rule,
            activity=activity,
            earner=earner,
            history=history,
            period_months=version.programme.period_months,
        )
        decision = decide(question)
        if isinstance(decision, Payment):
            history.add(_given(activity, decision, day), matter_of(activity, rule.code))
        decisions.append(decision)
    return decisions


def _given(activity: Activity, payment: Payment, day: Day) -> Given:
    return Given(
        member_id=activity.member_id,
        rule=payment.rule.code,
        amount=payment.amount,
        at=activity.occurred_at,
        day=day,
    )


async def _with_tiers(earners: Earners, now: datetime) -> Earners:
    tiers = await standing.tiers_of(earners, now)
    return {each: replace(earner, tier=tiers[each]) for each, earner in earners.items()}
