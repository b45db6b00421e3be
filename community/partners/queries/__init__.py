"""What partners tells: accounts and their plans, what links brought, conversions, lines of commission, statements."""

from community.partners.queries.accounts import (
    PartnerView,
    partner,
    partners,
    partners_by_ids,
    plans_of,
    standings_of,
)
from community.partners.queries.conversions import (
    ConversionView,
    conversions_by_external_ids,
    conversions_by_ids,
    conversions_of,
    converted_clicks,
)
from community.partners.queries.friends import links_of, sign_ups_by_ids, sign_ups_of, stats_of
from community.partners.queries.lines import (
    BalanceView,
    LineView,
    MonthView,
    balances_of,
    lines_by_ids,
    lines_in,
    lines_in_month,
    lines_of,
    month_of,
)
from community.partners.queries.statements import StatementView, statements_by_ids, statements_of

__all__ = [
    "BalanceView",
    "ConversionView",
    "LineView",
    "MonthView",
    "PartnerView",
    "StatementView",
    "balances_of",
    "conversions_by_external_ids",
    "conversions_by_ids",
    "conversions_of",
    "converted_clicks",
    "lines_by_ids",
    "lines_in",
    "lines_in_month",
    "lines_of",
    "links_of",
    "month_of",
    "partner",
    "partners",
    "partners_by_ids",
    "plans_of",
    "sign_ups_by_ids",
    "sign_ups_of",
    "standings_of",
    "statements_by_ids",
    "statements_of",
    "stats_of",
]
