"""A conversion as a partner reports it: whether it can be recorded, and whether it is the same as another."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson

from community.kernel.errors import Problem
from community.kernel.text import is_name
from community.partners import errors

LARGEST_AMOUNT = 10**12
LONGEST_EXTERNAL_ID = 100
LONGEST_CLICK_ID = 200
MAX_CONVERSIONS = 100

REPORT_WINDOW = timedelta(days=30)
"""So long after it happened a conversion can be reported."""

CLOCKS_APART = timedelta(minutes=5)
"""How far a partner's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a click led to, as its partner says. `external_id` is the partner's own name of it."""

    external_id: str
    click_id: str
    amount: int
    currency: str
    occurred_at: datetime

    @property
    def digest(self) -> bytes:
        """The same for the same conversion, however often it is sent."""
        content = (self.click_id, self.amount, self.currency, self.occurred_at.astimezone(UTC))
        return hashlib.sha256(orjson.dumps(content)).digest()


def misspelled_in(report: Report) -> str | None:
    """Which id of a report can name nothing, so that it is not worth looking for; None when both can."""
    if not is_name(report.external_id, LONGEST_EXTERNAL_ID):
        return "externalId"
    return None if is_name(report.click_id, LONGEST_CLICK_ID) else "clickId"


def flaw_in(report: Report, *, currency: str, now: datetime) -> Problem | None:
    """Why this cannot be recorded, whatever its click is."""
    if misspelled := misspelled_in(report):
        return errors.InvalidConversion(misspelled)
    if report.currency != currency:
        return errors.ConversionCurrencyNotAccepted(report.currency[:16], currency)
    if not 0 < report.amount <= LARGEST_AMOUNT:
        return errors.InvalidConversionAmount(LARGEST_AMOUNT)
    if report.occurred_at > now + CLOCKS_APART:
        return errors.ConversionInTheFuture(report.occurred_at)
    if report.occurred_at < now - REPORT_WINDOW:
        return errors.ConversionTooLate(REPORT_WINDOW.days)
    return None


def is_credited(clicked_at: datetime, occurred_at: datetime, *, window_days: int) -> bool:
    """Whether a click counts for what happened, under the attribution policy of that time."""
    return clicked_at <= occurred_at + CLOCKS_APART and occurred_at - clicked_at <= timedelta(days=window_days)
