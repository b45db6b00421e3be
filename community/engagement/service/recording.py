"""Recording what members do: who may earn, what the rules say, what the ledger gets, where that leads."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from community.access.policy import Acting, Actor
from community.database import transaction
from community.engagement import facts
from community.engagement.queries.effects import Effects, Refused, firsts_by_cause
from community.engagement.queries.programmes import PublishedProgramme
from community.engagement.rules.activities import UNKEPT, Activity
from community.engagement.rules.deciding import Refusal
from community.engagement.service import gates, standing
from community.engagement.service.assessing import Assessment, Recording, assess
from community.engagement.service.keeping import Done, keep
from community.engagement.service.participants import Turns, take_turns
from community.engagement.service.paying import Paid, payments_for
from community.kernel import clock, ids
from community.kernel.along import NOTHING, Along
from community.kernel.errors import NotFound
from community.ledger import service as ledger
from community.ledger.errors import CauseReused
from community.ledger.rules.transfers import Cause, Currency
from community.outbox import service as outbox

CauseId = tuple[str, str]
Outcome = Effects | CauseReused


async def record(
    activity: Activity, *, cause: Cause, actor: Actor | None = None, is_new: bool = False, along: Along = NOTHING
) -> Effects:
    """A member did something: give what the rules pay for it, in the caller's transaction; what it did and did not.

    It `is_new` where its subject came into being in this transaction, and the cause with it. `along` may bring
    `TURNS` of the member.

    What earns nothing is told in the effects, never raised. The same cause again gives nothing and returns the first
    effects. Raises NotFound for who is no member, and CauseReused for another activity under the same cause.
    """
    recording = Recording(activity=activity, cause=cause, is_new=is_new)
    return (await record_all([recording], actor=actor, along=along))[0]


@transaction()
async def record_all(recordings: Sequence[Recording], *, actor: Acting = None, along: Along = NOTHING) -> list[Effects]:
    """Record all of these, in their order; the effects of each. A fixed number of statements, however many there are.

    Raises what `record` raises.
    """
    turns = await take_turns({recording.activity.member_id for recording in recordings}, clock.now(), along)
    if any(recording.activity.member_id not in turns.earners for recording in recordings):
        raise NotFound("Member")
    outcomes = await record_each(recordings, turns, actor)
    for outcome in outcomes:
        if isinstance(outcome, CauseReused):
            raise outcome
    return [outcome for outcome in outcomes if isinstance(outcome, Effects)]


async def record_each(recordings: Sequence[Recording], turns: Turns, actor: Acting) -> list[Outcome]:
    """The same inside a verb, with the problem of each recording in its place. It is everybody's turn."""
    now = clock.now()
    if any(recording.activity.occurred_at > now for recording in recordings):
        raise ValueError("nothing is recorded before it happened")
    unique: dict[CauseId, Recording] = {}
    for recording in recordings:
        unique.setdefault(_id(recording.cause), recording)
    assessed = await assess(list(unique.values()), turns.published, turns.earners, now)
    done = await _carry_out([a for a in assessed if not a.is_known], turns.published, actor)
    repeated = [recording for cause, recording in unique.items() if cause not in done]
    return _outcomes(recordings, unique, done, await _first_outcomes(repeated))


async def _carry_out(
    assessed: Sequence[Assessment], published: Sequence[PublishedProgramme], actor: Acting
) -> dict[CauseId, Effects]:
    """Give what was decided, and keep it; the effects. What was known already is not among them."""
    now = clock.now()
    paid = await payments_for(assessed, now)
    await ledger.award_many([each.award for each in paid], actor=actor)
    reached = await standing.raise_all([each.counted(now) for each in paid], now, actor)
    by_cause: dict[CauseId, list[Paid]] = {_id(a.recording.cause): [] for a in assessed}
    for each in paid:
        by_cause[_id(each.assessment.recording.cause)].append(each)
    done = [_done(assessment, by_cause[_id(assessment.recording.cause)], reached) for assessment in assessed]
    kept = [each for each in done if _is_kept(each)]
    new = await keep(kept, now) if kept else set()
    await outbox.record_all([_fact(each) for each in kept if each.effects.activity_id in new], actor=actor)
    await gates.open_reached([each.activity for each in kept], published, actor)
    return {
        _id(each.assessment.recording.cause): each.effects
        for each in done
        if each.effects.activity_id in new or not _is_kept(each)
    }


def _is_kept(done: Done) -> bool:
    return bool(done.paid) or done.activity.kind not in UNKEPT


def _done(assessment: Assessment, paid: list[Paid], reached: Mapping[UUID, str]) -> Done:
    member_id = assessment.recording.activity.member_id
    effects = Effects(
        member_id=member_id,
        activity_id=ids.new_id(),
        earned=[each.earned for each in paid],
        refused=[
            Refused(rule=decision.rule.code, reason=decision.reason)
            for decision in assessment.decisions
            if isinstance(decision, Refusal) and decision.is_news
        ],
        tier_reached=reached.get(member_id) if paid else None,
    )
    return Done(assessment=assessment, paid=paid, effects=effects)


def _fact(done: Done) -> facts.ActivityRecorded:
    activity, effects = done.activity, done.effects
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


def _reused(recording: Recording) -> CauseReused:
    return CauseReused(kind=recording.cause.kind, key=recording.cause.key)


def _id(cause: Cause) -> CauseId:
    return cause.kind, cause.key
