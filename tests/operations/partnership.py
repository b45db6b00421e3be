"""A partner in the world that documents are sent to: a page of everything that it and staff read of it."""

from typing import Any

from community.access.policy import SYSTEM, Actor
from community.kernel import clock
from community.partners import service as partners
from community.partners.rules.reports import Report
from community.webhooks import service as webhooks
from schema.nodes import encode_id
from tests.community.partners.deals import (
    a_friend_of,
    a_key,
    a_link,
    a_partner,
    a_report,
    all_is_heard,
    approved_and_paid,
)
from tests.community.partners.deals import buys as a_friend_buys

SIZE = 3


async def a_partnership() -> tuple[Actor, dict[str, Any]]:
    """A key of a partner with links, friends, conversions and statements; and a value for each variable."""
    partner = await a_partner(hold_days=0)
    key = await a_key(partner)
    links = [await a_link(key, sub_source=f"blog-{number}") for number in range(SIZE)]
    for link in links:
        await a_friend_buys(await a_friend_of(link))
    await all_is_heard()
    reported = await partners.report(key, [await a_report(link) for link in links])
    await approved_and_paid(partner)
    doubted = reported[0].conversion
    await partners.report(key, [await a_report(link) for link in links])
    await partners.approve_due()
    open_statement = await partners.pay(SYSTEM, partner.id, until=clock.now(), idempotency_key="world")
    await partners.report(key, [await a_report(link) for link in links])
    await partners.approve_due()
    await webhooks.create(key, "https://hooks.example.com/partner", ["partners.*"])
    other = await a_partner()
    suspended = await a_partner()
    await partners.suspend(SYSTEM, suspended.id, reason="world")
    return key, {
        "conversionId": encode_id("Conversion", doubted.id) if doubted else None,
        "conversions": [_shown(await a_report(link)) for link in links],
        "month": clock.now().strftime("%Y-%m"),
        "otherPartnerId": encode_id("Partner", other.id),
        "partnerId": encode_id("Partner", partner.id),
        "partnerLinkId": encode_id("ReferralLink", links[0].id),
        "statementId": encode_id("CommissionStatement", open_statement.id),
        "suspendedPartnerId": encode_id("Partner", suspended.id),
        "until": clock.now().isoformat(),
    }


def _shown(report: Report) -> dict[str, Any]:
    return {
        "externalId": report.external_id,
        "clickId": report.click_id,
        "amount": report.amount,
        "currency": report.currency,
        "occurredAt": report.occurred_at.isoformat(),
    }
