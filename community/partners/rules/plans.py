"""What a partner earns, by a version of its plan.

A commission of an amount is its basis points, rounded down to the minor unit: of 10,000 at 750 basis points 750, of 13
nothing. What is left after a refund earns what it would have earned alone, so parts never come to more than the whole.
"""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from community.partners import errors

WHOLE = 10_000
"""Basis points of the whole."""

LARGEST_FLAT = 10**9
LONGEST_MONTHS = 120
LONGEST_HOLD_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """So much for each friend who qualified, and so many basis points of what they buy.

    With no `recurring_months` only the order by which a friend qualified counts; else every one placed before so many
    months have passed since that one.
    """

    version: int
    starts_at: datetime
    per_sign_up: int = 0
    basis_points: int = 0
    recurring_months: int = 0
    hold_days: int = 30

    def share_of(self, amount: int) -> int:
        """The commission of an amount."""
        return amount * self.basis_points // WHOLE

    def counts(self, placed_at: datetime, *, first_at: datetime, is_first: bool) -> bool:
        """Whether what a friend bought earns."""
        if is_first:
            return True
        return first_at <= placed_at < months_after(first_at, self.recurring_months)

    def due_at(self, earned_at: datetime) -> datetime:
        """When the hold of what was earned then is over."""
        return earned_at + timedelta(days=self.hold_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the next version of a plan shall say. Amounts in minor units."""

    per_sign_up: int = 0
    basis_points: int = 0
    recurring_months: int = 0
    hold_days: int = 30
    starts_at: datetime | None = None


def months_after(instant: datetime, months: int) -> datetime:
    """The same day and time so many months later; the last day of the month where it has no such day."""
    years, month = divmod(instant.month - 1 + months, 12)
    year = instant.year + years
    return instant.replace(year=year, month=month + 1, day=min(instant.day, monthrange(year, month + 1)[1]))


def plan_at(plans: Sequence[Plan], instant: datetime) -> Plan | None:
    """Which of the versions, in the order in which they begin, was in force then; None before the first."""
    return next((plan for plan in reversed(plans) if plan.starts_at <= instant), None)


def next_version(terms: Terms, before: Sequence[Plan], *, now: datetime) -> Plan:
    """The version that follows those before it. The first one begins at once.

    Raises InvalidPartner and PlanStartsInThePast.
    """
    if flaw := _flaw_in(terms):
        raise errors.InvalidPartner(flaw)
    starts_at = terms.starts_at or now
    if starts_at < now or (starts_at <= before[-1].starts_at if before else starts_at > now):
        raise errors.PlanStartsInThePast
    return Plan(
        version=len(before) + 1,
        starts_at=starts_at,
        per_sign_up=terms.per_sign_up,
        basis_points=terms.basis_points,
        recurring_months=terms.recurring_months,
        hold_days=terms.hold_days,
    )


def _flaw_in(terms: Terms) -> str | None:
    checks = {
        "perSignUp": 0 <= terms.per_sign_up <= LARGEST_FLAT,
        "basisPoints": 0 <= terms.basis_points <= WHOLE,
        "recurringMonths": 0 <= terms.recurring_months <= LONGEST_MONTHS,
        "holdDays": 0 <= terms.hold_days <= LONGEST_HOLD_DAYS,
    }
    return next((name for name, is_fine in checks.items() if not is_fine), None)


def month_named(name: str) -> tuple[datetime, datetime] | None:
    """When a month such as 2026-11 begins and ends (UTC); None for what names none."""
    match = re.fullmatch(r"(20\d{2})-(0[1-9]|1[0-2])", name, re.ASCII)
    if match is None:
        return None
    begins = datetime(int(match[1]), int(match[2]), 1, tzinfo=UTC)
    return begins, months_after(begins, 1)
