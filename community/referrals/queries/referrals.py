"""Referrals: by friend, by owner, those that people have to look at, and what they come to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from community import database
from community.access.policy import Actor
from community.kernel.pages import Page, PageRequest, page_of
from community.referrals import policy
from community.referrals.rules.owners import Owner, OwnerKind
from community.referrals.rules.programme import TouchKind
from community.referrals.rules.signals import Signal, SignalCode
from community.referrals.rules.stages import Review, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralView:
    """Who brought a member, and how far that has come."""

    id: UUID
    member_id: UUID
    owner: Owner
    link_id: UUID | None
    click_id: UUID | None
    touch_kind: TouchKind
    source: str | None
    campaign: str | None
    programme_version: str
    stage: Stage
    review: Review
    score: int
    signals: Sequence[Signal]
    bound_at: datetime
    qualified_at: datetime | None
    qualified_by: UUID | None
    held_until: datetime | None
    rewarded_at: datetime | None
    ended_at: datetime | None
    end_reason: str | None
    decided_by: UUID | None
    decided_at: datetime | None

    @property
    def is_held(self) -> bool:
        """Whether the reward was given and is not kept for good yet."""
        return self.stage is Stage.QUALIFIED and self.review in (Review.CLEAR, Review.APPROVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatsView:
    """What an owner's links, or one of them, brought. Clicks are visitors, once an hour each."""

    clicks: int = 0
    repeats: int = 0
    bots: int = 0
    untracked: int = 0
    signed_up: int = 0
    qualified: int = 0
    rewarded: int = 0
    rejected: int = 0


COLUMNS = (
    "r.id, r.member_id, r.owner_kind, r.owner_id, r.link_id, r.click_id, r.touch_kind, r.source, r.campaign,"
    " r.programme_version, r.stage, r.review, r.score, r.signals::text as signals, r.bound_at, r.qualified_at,"
    " r.qualified_by, r.held_until, r.rewarded_at, r.ended_at, r.end_reason, r.decided_by, r.decided_at"
)


async def referral_of(member_id: UUID) -> ReferralView | None:
    """Who brought this member. Whoever shows it has asked whether the caller may see it."""
    row = await database.fetch_one(f"select {COLUMNS} from referrals_referral r where r.member_id = $1", member_id)
    return view_of(row) if row else None


async def referral(referral_id: UUID) -> ReferralView | None:
    """One referral."""
    return (await referrals_by_ids([referral_id])).get(referral_id)


async def referrals_by_ids(ids: Iterable[UUID]) -> dict[UUID, ReferralView]:
    """The referrals among these. Whoever shows them has asked whether the caller may see them."""
    rows = await database.fetch(f"select {COLUMNS} from referrals_referral r where r.id = any($1)", list(set(ids)))
    return {row["id"]: view_of(row) for row in rows}


async def referrals_seen_by(actor: Actor, ids: Sequence[UUID]) -> list[ReferralView | None]:
    """The referrals with these ids, in order; None where the actor may see none."""
    found = await referrals_by_ids(ids)
    return [view if (view := found.get(each)) and policy.can_read(actor, view.owner) else None for each in ids]


async def joined_by(click_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these clicks by which a member joined."""
    rows = await database.fetch(
        "select click_id from referrals_referral where click_id = any($1)", list(set(click_ids))
    )
    return {row["click_id"] for row in rows}


async def named_referrer_of(member_id: UUID) -> UUID | None:
    """The member who brought this one and lets friends know; None for anybody else."""
    found: UUID | None = await database.fetch_value(
        "select r.owner_id from referrals_referral r left join referrals_link l on l.id = r.link_id"
        " where r.member_id = $1 and r.owner_kind = 'member' and l.shows_owner is not false",
        member_id,
    )
    return found


async def referrals_by(owner: Owner, request: PageRequest, *, stage: Stage | None = None) -> Page[ReferralView]:
    """Whom an owner brought, the latest first. Whoever shows them has asked whether the caller may see them."""
    question = database.Question()
    question.require("r.owner_id = {} and r.owner_kind = {}", owner.id, owner.kind)
    if stage is not None:
        question.require("r.stage = {}", stage)
    return await _page(question, request, newest_first=True)


async def waiting_referrals(actor: Actor, request: PageRequest) -> Page[ReferralView]:
    """Doubtful referrals that people have to look at, the oldest first. For those who decide about them."""
    policy.require_reviewer(actor)
    question = database.Question()
    question.require("r.review = 'waiting'")
    return await _page(question, request, newest_first=False)


async def stats_of(owner: Owner) -> StatsView:
    """What all links of an owner brought. One statement."""
    row = await database.fetch_one(
        f"select t.*, r.* from (select {_SUMS} from referrals_link l join referrals_tally t on t.link_id = l.id"
        f" where l.owner_id = $1 and l.owner_kind = $2) t, (select {_STAGES} from referrals_referral"
        " where owner_id = $1 and owner_kind = $2) r",
        owner.id,
        owner.kind,
    )
    assert row is not None, "sums are always one row"
    return StatsView(**row)


async def stats_of_links(link_ids: Sequence[UUID]) -> dict[UUID, StatsView]:
    """What each of these links brought. One statement."""
    rows = await database.fetch(
        "select l.id, t.*, r.* from unnest($1::uuid[]) l (id)"
        f" cross join lateral (select {_SUMS} from referrals_tally t where t.link_id = l.id) t"
        f" cross join lateral (select {_STAGES} from referrals_referral where link_id = l.id) r",
        list(set(link_ids)),
    )
    return {row["id"]: StatsView(**{name: row[name] for name in _STATS}) for row in rows}


_STATS = tuple(field.name for field in fields(StatsView))

_SUMS = (
    "coalesce(sum(t.clicks), 0)::int as clicks, coalesce(sum(t.repeats), 0)::int as repeats,"
    " coalesce(sum(t.bots), 0)::int as bots, coalesce(sum(t.untracked), 0)::int as untracked"
)

_STAGES = (
    "count(*) filter (where stage <> 'rejected')::int as signed_up,"
    " count(*) filter (where stage in ('qualified', 'rewarded'))::int as qualified,"
    " count(*) filter (where stage = 'rewarded')::int as rewarded,"
    " count(*) filter (where stage in ('rejected', 'reversed'))::int as rejected"
)


async def _page(question: database.Question, request: PageRequest, *, newest_first: bool) -> Page[ReferralView]:
    direction, limit = question.window("r.id", request, newest_first=newest_first)
    rows = await database.fetch(
        f"select {COLUMNS} from referrals_referral r where {question.met} order by r.id {direction} {limit}",
        *question.arguments,
    )
    return page_of(list(map(view_of, rows)), request, lambda view: (view.id,))


def view_of(row: Mapping[str, Any]) -> ReferralView:
    """The referral in a row of COLUMNS."""
    values = dict(row)
    owner = Owner(OwnerKind(values.pop("owner_kind")), values.pop("owner_id"))
    typed = {
        "touch_kind": TouchKind(row["touch_kind"]),
        "stage": Stage(row["stage"]),
        "review": Review(row["review"]),
        "signals": [
            Signal(SignalCode(each["code"]), each["weight"], each["evidence"]) for each in orjson.loads(row["signals"])
        ],
    }
    return ReferralView(owner=owner, **{**values, **typed})
