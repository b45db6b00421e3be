"""Whether what a partner reports counts, and what it earns."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community.kernel.errors import Problem
from community.partners import errors
from community.partners.rules import reports
from community.partners.rules.plans import Plan, plan_at
from community.partners.rules.reports import CLOCKS_APART, Report
from community.partners.rules.standings import Standings, was_active
from community.referrals.rules.owners import Owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """A click on a link, of which a partner reports what it led to. `at` is None for one of the sandbox."""

    id: UUID
    link_id: UUID
    owner: Owner
    source: str | None
    campaign: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Attribution:
    """For how many days a click counts, by a version of the referral programme."""

    version: str
    starts_at: datetime
    window_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Everything that reports of one partner are held against; clicks by their ids, versions in their order."""

    owner: Owner
    now: datetime
    currency: str
    plans: Sequence[Plan]
    standings: Standings
    attributions: Sequence[Attribution]
    clicks: Mapping[str, Click]
    joined: Collection[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Commission:
    """What a conversion earns, when the hold of it ends, and the versions that say so."""

    amount: int
    due_at: datetime
    plan_version: int
    programme_version: str


def flaw_in(report: Report, books: Books) -> Problem | None:
    """Why this is not recorded."""
    return reports.flaw_in(report, currency=books.currency, now=books.now) or _flaw_in_click(report, books)


def commission_of(report: Report, books: Books) -> Commission:
    """What a report without a flaw earns, under the plan in force when it happened."""
    # Clocks that are apart may put what happened before the first plan.
    plan = plan_at(books.plans, report.occurred_at) or books.plans[0]
    earns = was_active(books.standings, min(report.occurred_at + CLOCKS_APART, books.now))
    return Commission(
        amount=plan.share_of(report.amount) if earns else 0,
        due_at=plan.due_at(books.now),
        plan_version=plan.version,
        programme_version=_attribution_at(books, report.occurred_at).version,
    )


def _flaw_in_click(report: Report, books: Books) -> Problem | None:
    click = books.clicks.get(report.click_id)
    if click is None or click.owner != books.owner:
        return errors.ClickNotYours()
    window_days = _attribution_at(books, report.occurred_at).window_days
    if click.at and not reports.is_credited(click.at, report.occurred_at, window_days=window_days):
        return errors.ClickExpired(window_days)
    return errors.ClickCounted() if click.id in books.joined else None


def _attribution_at(books: Books, instant: datetime) -> Attribution:
    return next(each for each in reversed(books.attributions) if each.starts_at <= instant)
