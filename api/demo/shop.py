"""The shop whose orders the demo shows, and the tiers that fit what its customers spend."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from api.imports.csv_files import records_of
from api.imports.orders import Layout, bring_in, survey
from community.access.policy import SYSTEM
from community.kernel import clock
from community.settings import Settings
from community.tiers import queries as tiers_queries
from community.tiers import service as tiers

ORDERS = Path(__file__).with_name("orders_cdnow.csv")
COLUMNS = {"amount": "dollars", "quantity": "cds"}
SOURCE = "cdnow"

THRESHOLDS = {"silver": 20, "gold": 120, "vip": 400}
"""In dollars a year: of the customers 19 % reach silver and stay there, 8 % gold, 2 % VIP."""


def how_many_orders() -> int:
    """How many there are."""
    return sum(1 for _ in records_of(ORDERS))


async def set_thresholds(settings: Settings) -> None:
    """Let so much spend lead to a tier from now on, unless other rules have been published already."""
    first = await tiers_queries.latest()
    if first.version > 1:
        return
    minor = 10**settings.currency_digits
    spend = {key: dollars * minor for key, dollars in THRESHOLDS.items()}
    ladder = tuple(replace(tier, spend=spend.get(tier.key)) for tier in first.rules.ladder)
    await tiers.publish(SYSTEM, replace(first.rules, ladder=ladder))


async def take_orders(settings: Settings, advance: Callable[[int], None]) -> None:
    """Bring in all orders, moved so that the last one is of today."""
    layout = Layout.of(ORDERS, settings, source=SOURCE, columns=COLUMNS)
    now = clock.now()
    days = survey(ORDERS, layout, now).days_to(now, layout.zone)
    await bring_in(ORDERS, layout, days=days, refuse=_never, advance=advance)


def _never(number: int, reason: str) -> None:
    raise AssertionError(f"{ORDERS.name}, line {number}: {reason}")
