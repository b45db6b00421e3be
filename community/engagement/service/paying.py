"""What is paid for activities: each payment with its cause in the ledger and the gate it waits for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from community.engagement.queries.effects import Awaited, Earned
from community.engagement.rules.deciding import Payment
from community.engagement.rules.programme import Gate
from community.engagement.service import gates
from community.engagement.service.assessing import Assessment
from community.engagement.service.causes import ledger_cause
from community.engagement.service.gates import Waiting
from community.engagement.service.standing import Counted
from community.kernel import ids
from community.ledger.rules.transfers import Cause
from community.ledger.service import Award


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """One payment for one activity."""

    assessment: Assessment
    payment: Payment
    cause: Cause
    waiting: Waiting | None = None

    @property
    def pending_until(self) -> datetime | None:
        """Until when it is pending, if the time is known."""
        return None if self.waiting else self.payment.pending_until

    @property
    def pending_for(self) -> str | None:
        """The event that it is pending for."""
        return self.waiting.event if self.waiting else self.assessment.recording.activity.pending_for

    @property
    def award(self) -> Award:
        """What the ledger gives."""
        activity = self.assessment.recording.activity
        return Award(
            member_id=activity.member_id,
            currency=self.payment.rule.currency,
            amount=self.payment.amount,
            cause=self.cause,
            pending_until=self.pending_until,
            pending_for=self.pending_for,
            at=activity.occurred_at,
        )

    @property
    def earned(self) -> Earned:
        """What the member is told."""
        awaited = Awaited(members=self.waiting.gate.members, until=self.waiting.expires_at) if self.waiting else None
        return Earned(
            rule=self.payment.rule.code,
            currency=self.payment.rule.currency,
            amount=self.payment.amount,
            pending_until=self.pending_until,
            pending_for=self.pending_for,
            awaited=awaited,
        )

    def counted(self, now: datetime) -> Counted:
        """What tiers hear of it."""
        return Counted(
            activity=self.assessment.recording.activity,
            rule=self.payment.rule,
            amount=self.payment.amount,
            cause=self.cause,
            is_active=self.pending_for is None and (self.pending_until is None or self.pending_until <= now),
        )


async def payments_for(assessed: Sequence[Assessment], now: datetime) -> list[Paid]:
    """Every payment that was decided on. A statement where a rule has a gate: enough may stand behind it already."""
    paid = [
        Paid(
            assessment=assessment,
            payment=payment,
            cause=ledger_cause(assessment.recording.cause, payment.rule.code, assessment.version.version),
        )
        for assessment in assessed
        for payment in assessment.payments
    ]
    gated = {each.cause: (each.assessment.recording.activity, gate) for each in paid if (gate := _gate_of(each))}
    behind = dict(zip(gated, await gates.supporters(list(gated.values())), strict=True))
    return [
        replace(each, waiting=_waiting(each, gate, now)) if gate and behind[each.cause] < gate.members else each
        for each in paid
        for gate in [_gate_of(each)]
    ]


def _gate_of(paid: Paid) -> Gate | None:
    """What waits for an event of its own has no gate."""
    return paid.payment.rule.gate if paid.assessment.recording.activity.pending_for is None else None


def _waiting(paid: Paid, gate: Gate, now: datetime) -> Waiting:
    return Waiting(
        id=ids.new_id(),
        gate=gate,
        held_until=paid.payment.pending_until,
        expires_at=now + timedelta(days=gate.within_days),
    )
