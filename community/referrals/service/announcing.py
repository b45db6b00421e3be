"""What every fact about a referral says."""

from typing import Any

from community.referrals import facts
from community.referrals.queries import ReferralView


def of_referral(view: ReferralView) -> dict[str, Any]:
    """The fields that all facts about a referral have in common."""
    return {
        "referral_id": view.id,
        "member_id": view.member_id,
        "owner_kind": view.owner.kind.value,
        "owner_id": view.owner.id,
        "link_id": view.link_id,
        "source": view.source,
        "campaign": view.campaign,
    }


def rejected(view: ReferralView, *, by_staff: bool) -> facts.ReferralRejected:
    """That a referral counts for nothing. What staff wrote stays in the row: facts carry codes."""
    reason = "staff" if by_staff else view.end_reason or ""
    return facts.ReferralRejected(**of_referral(view), reason=reason, by_staff=by_staff)
