"""Dry runs: what the rules would do with an activity, and why not. Nothing is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from community.access.policy import Actor
from community.engagement import policy
from community.engagement.errors import NotEarned
from community.engagement.queries.effects import Awaited, Earned
from community.engagement.queries.programmes import programmes
from community.engagement.rules.activities import Activity, Scalar, Subject
from community.engagement.rules.deciding import Refusal
from community.engagement.rules.programme import Rule
from community.engagement.service.assessing import Recording, assess
from community.engagement.service.participants import earners_of
from community.kernel import clock, ids
from community.kernel.errors import BadInput, NotFound
from community.ledger.rules.transfers import Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one rule would do: `earned`, or the `reason` why nothing; of which version."""

    rule: Rule
    version: str
    earned: Earned | None = None
    reason: NotEarned | None = None


def supposed(
    *,
    kind: str,
    member_id: UUID,
    other_id: UUID | None = None,
    occurred_at: datetime | None = None,
    quantity: int | None = None,
    metadata: Mapping[str, Scalar] | None = None,
) -> Activity:
    """An activity that did not happen, about something new. Raises BadInput for what cannot be one."""
    try:
        return Activity(
            kind=kind,
            member_id=member_id,
            occurred_at=occurred_at or clock.now(),
            subject=Subject("supposed", ids.new_id()),
            other_id=other_id,
            quantity=quantity,
            metadata=metadata or {},
        )
    except ValueError:
        raise BadInput("input", "There is no such activity: look at the kind and the quantity.") from None


async def dry_run(actor: Actor, activity: Activity) -> list[Verdict]:
    """What each rule that this kind of activity triggers would do with it at present. Raises NotFound."""
    policy.require_tester(actor)
    now = clock.now()
    recording = Recording(activity=activity, cause=Cause("dry_run", str(ids.new_id())))
    earners = await earners_of([activity.member_id], now)
    if not earners:
        raise NotFound("Member")
    (assessed,) = await assess([recording], await programmes(), earners, now)
    return [
        Verdict(rule=decision.rule, version=assessed.version.version, reason=decision.reason)
        if isinstance(decision, Refusal)
        else Verdict(
            rule=decision.rule,
            version=assessed.version.version,
            earned=Earned(
                rule=decision.rule.code,
                currency=decision.rule.currency,
                amount=decision.amount,
                pending_until=None if decision.rule.gate else decision.pending_until,
                awaited=_awaited(decision.rule, now),
            ),
        )
        for decision in assessed.decisions
    ]


def _awaited(rule: Rule, now: datetime) -> Awaited | None:
    """Something new has nobody behind it yet."""
    gate = rule.gate
    return Awaited(members=gate.members, until=now + timedelta(days=gate.within_days)) if gate else None
