"""Staff decide about doubtful referrals, with a reason; nobody about what rewards themselves."""

from datetime import timedelta
from uuid import UUID

from community.access.policy import Actor
from community.database import transaction
from community.kernel import clock
from community.kernel.errors import NotFound
from community.kernel.text import reason_in
from community.outbox import service as outbox
from community.referrals import errors, policy, queries
from community.referrals.queries import ReferralView
from community.referrals.rules.stages import Review, Stage
from community.referrals.service import changing
from community.referrals.service.announcing import rejected
from community.referrals.service.qualifying import give, undo


@transaction()
async def approve(actor: Actor, referral_id: UUID, *, reason: str) -> ReferralView:
    """A doubtful referral is honest: its reward is given, or will be. Again: no change.

    Raises NotFound, OwnReferral, InvalidReason, and ReferralDecided once it was rejected or refunded.
    """
    view, _ = await _to_decide(actor, referral_id, reason)
    if view.review is Review.APPROVED:
        return view
    if view.review is not Review.WAITING or view.stage not in (Stage.SIGNED_UP, Stage.QUALIFIED):
        raise errors.ReferralDecided(view.stage)
    now = clock.now()
    view = await changing.change(view, review=Review.APPROVED, decided_by=actor.member_id, decided_at=now)
    if view.stage is not Stage.QUALIFIED:
        return view
    programme = (await queries.programme_of(view.programme_version)).programme
    assert view.qualified_at is not None, "who qualified did so at some time"
    held_until = max(now, view.qualified_at + timedelta(days=programme.holding_days))
    return await give(await changing.change(view, held_until=held_until), actor)


@transaction()
async def reject(actor: Actor, referral_id: UUID, *, reason: str) -> ReferralView:
    """A referral does not count: nothing is given, and what was given is taken back. Again: no change.

    Raises NotFound, OwnReferral, InvalidReason, and ReferralDecided once it was refunded.
    """
    view, reason = await _to_decide(actor, referral_id, reason)
    if view.stage is Stage.REJECTED:
        return view
    if view.stage is Stage.REVERSED:
        raise errors.ReferralDecided(view.stage)
    was_given = view.stage is Stage.REWARDED or view.is_held
    now = clock.now()
    view = await changing.change(
        view,
        stage=Stage.REJECTED,
        review=Review.REJECTED,
        ended_at=now,
        end_reason=reason,
        decided_by=actor.member_id,
        decided_at=now,
    )
    if was_given:
        await undo(view, "referral rejected", actor)
    await outbox.record(rejected(view, by_staff=True), actor=actor)
    return view


async def _to_decide(actor: Actor, referral_id: UUID, reason: str) -> tuple[ReferralView, str]:
    policy.require_reviewer(actor)
    reason = reason_in(reason)
    view = await changing.locked(referral_id)
    if view is None:
        raise NotFound("Referral")
    if policy.is_own(actor, view.owner) or view.member_id == actor.member_id:
        raise errors.OwnReferral
    return view, reason
