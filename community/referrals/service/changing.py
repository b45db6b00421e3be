"""A referral's row: locked, then changed. What is not named stays."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from community import database
from community.kernel import clock
from community.referrals.queries import ReferralView
from community.referrals.queries.referrals import COLUMNS, view_of
from community.referrals.rules.fraud import Judgement
from community.referrals.rules.stages import Review, Stage


async def locked(referral_id: UUID) -> ReferralView | None:
    """A referral, which nobody else changes until the end of the transaction."""
    return await _locked("r.id = $1", referral_id)


async def locked_of(member_id: UUID) -> ReferralView | None:
    """The same, by the friend."""
    return await _locked("r.member_id = $1", member_id)


async def change(view: ReferralView, **values: Any) -> ReferralView:
    """Set these columns."""
    names = list(values)
    assigned = ", ".join(f"{name} = ${place}" for place, name in enumerate(names, start=2))
    row = await database.fetch_one(
        f"update referrals_referral r set {assigned} where r.id = $1 returning {COLUMNS}", view.id, *values.values()
    )
    assert row is not None, "what is locked is there"
    return view_of(row)


async def judge(view: ReferralView, judgement: Judgement) -> ReferralView:
    """Write a later judgement over the one before. A refusal ends the referral."""
    signals = database.as_json(map(asdict, judgement.signals))
    is_refused = judgement.review is Review.REFUSED
    row = await database.fetch_one(
        "update referrals_referral r set review = $2, score = $3, signals = $4::text::jsonb,"
        " stage = case when $5 then $6 else stage end, ended_at = case when $5 then $7 else ended_at end,"
        f" end_reason = case when $5 then $8 else end_reason end where r.id = $1 returning {COLUMNS}",
        view.id,
        judgement.review,
        judgement.score,
        signals,
        is_refused,
        Stage.REJECTED,
        clock.now(),
        judgement.reason,
    )
    assert row is not None, "what is locked is there"
    return view_of(row)


async def _locked(condition: str, argument: UUID) -> ReferralView | None:
    row = await database.fetch_one(
        f"select {COLUMNS} from referrals_referral r where {condition} for no key update", argument
    )
    return view_of(row) if row else None
