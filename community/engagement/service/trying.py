"""Dry runs: what the rules would do with an activity, and why not. Nothing is written."""

from dataclasses import dataclass

from community.access.policy import Actor
from community.engagement import policy
from community.engagement.errors import NotEarned
from community.engagement.queries.effects import Earned
from community.engagement.queries.programmes import programmes
from community.engagement.rules.activities import Activity
from community.engagement.rules.deciding import Refusal
from community.engagement.rules.programme import Rule
from community.engagement.service.assessing import Recording, assess, earners_of
from community.kernel import clock, ids
from community.kernel.errors import NotFound
from community.ledger.rules.transfers import Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one rule would do: `earned`, or the `reason` why nothing; of which version."""

    rule: Rule
    version: str
    earned: Earned | None = None
    reason: NotEarned | None = None


async def dry_run(actor: Actor, activity: Activity) -> list[Verdict]:
    """What each rule that this kind of activity triggers would do with it at present. Raises NotFound."""
    policy.require_tester(actor)
    now = clock.now()
    recording = Recording(activity=activity, cause=Cause("dry_run", str(ids.new_id())))
    earners = await earners_of([recording], now)
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
                pending_until=decision.pending_until,
            ),
        )
        for decision in assessed.decisions
    ]
