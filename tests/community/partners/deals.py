"""Partners, their keys, clicks, friends and what they buy: for tests of partners."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from community.access import service as access
from community.access.policy import SYSTEM, Actor, Scope
from community.kernel import clock
from community.kernel.pages import PageRequest
from community.orders import service as orders
from community.orders.queries import OrderView
from community.orders.rules.drafts import Draft, Line
from community.partners import policy, queries
from community.partners import service as partners
from community.partners.queries import BalanceView, LineView, PartnerView
from community.partners.rules.plans import Terms
from community.partners.rules.reports import Report
from community.referrals.queries import LinkView, ReferralView
from community.referrals.service import LinkPlan
from tests.announcements import everything_is_heard
from tests.community.referrals.friends import brought, clicked

_numbers = count(1)


async def a_partner(**terms: Any) -> PartnerView:
    """A partner; without terms it earns 7.5 % of everything for a year, and 500 for a friend."""
    usual: dict[str, Any] = {"per_sign_up": 500, "basis_points": 750, "recurring_months": 12, "hold_days": 30}
    return await partners.create(
        SYSTEM, f"Partner {next(_numbers)}", contact="ads@example.com", terms=Terms(**{**usual, **terms})
    )


async def a_key(partner: PartnerView, *scopes: Scope, is_sandbox: bool = False) -> Actor:
    """Whoever acts by a key of this partner; for everything, unless the test says for what."""
    made = await partners.create_key(
        SYSTEM, partner.id, "server", scopes=scopes or policy.PARTNER_SCOPES, is_sandbox=is_sandbox
    )
    return await access.authenticate_key(made.secret)


async def a_link(key: Actor, **plan: Any) -> LinkView:
    """A link of the partner."""
    return await partners.create_link(key, LinkPlan(**plan))


async def a_report(link: LinkView, **parts: Any) -> Report:
    """What a click five minutes ago led to a minute ago."""
    usual: dict[str, Any] = {
        "external_id": f"sale {next(_numbers)}",
        "click_id": parts.get("click_id") or await clicked(link),
        "amount": 10_000,
        "currency": "USD",
        "occurred_at": clock.now() - timedelta(minutes=1),
    }
    return Report(**{**usual, **parts})


async def a_friend_of(link: LinkView) -> ReferralView:
    """Somebody who joined by a link of the partner."""
    return await brought(link)


async def buys(friend: ReferralView, amount: int = 10_000, *, at: datetime | None = None) -> OrderView:
    """The friend buys something, and all that follows from it is heard."""
    draft = Draft(
        member_id=friend.member_id,
        source="shop",
        external_id=f"order {next(_numbers)}",
        currency="USD",
        lines=(Line(sku="cd", name="CD", quantity=1, unit_amount=amount),),
        placed_at=at or clock.now(),
    )
    recorded = await orders.record(SYSTEM, draft)
    await all_is_heard()
    return recorded.order


async def gives_back(order: OrderView, amount: int | None = None, *, times: int = 1) -> None:
    """Money of an order goes back, and all that follows from it is heard."""
    await orders.refund(SYSTEM, order.id, amount=amount, reason="returned", idempotency_key=f"refund {next(_numbers)}")
    await all_is_heard(times)


async def all_is_heard(times: int = 1) -> None:
    """Referrals and partners hear everything."""
    await everything_is_heard(by="referrals")
    await everything_is_heard(by="partners", times=times)


async def lines_of(partner: PartnerView) -> list[LineView]:
    """The lines of a partner, the first one first."""
    return list((await queries.lines_of(SYSTEM, partner.id, PageRequest(size=100))).items)[::-1]


async def amounts_of(partner: PartnerView) -> list[int]:
    """What they amount to. Each balance is the sum so far, numbers have no gap."""
    lines = await lines_of(partner)
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    assert [line.balance for line in lines] == [sum(each.amount for each in lines[: n + 1]) for n in range(len(lines))]
    return [line.amount for line in lines]


async def balance_of(partner: PartnerView) -> BalanceView:
    """What a partner is owed."""
    (balance,) = await queries.balances_of(SYSTEM, [partner.id])
    return balance


async def approved_and_paid(partner: PartnerView, *, until: datetime | None = None) -> UUID:
    """All that is due is approved, put into a statement, and paid."""
    await partners.approve_due()
    until = until or clock.now()
    statement = await partners.pay(SYSTEM, partner.id, until=until, idempotency_key=f"pay {next(_numbers)}")
    await partners.mark_paid(SYSTEM, statement.id, reference="SEPA 1")
    return statement.id
