"""Partners in the graph: what they report and read, what staff do, and that each sees its own rows and no others."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest

from community.access import service as access
from community.access.policy import ANONYMOUS, SYSTEM, Actor, Role, Scope
from community.kernel import clock
from community.kernel.errors import Forbidden, NotFound, Unauthenticated
from community.outbox import service as outbox
from community.partners import service as partners
from community.partners.errors import NotInSandbox, PartnersOnly, ScopeNotForPartners
from community.webhooks import service as webhooks
from schema.nodes import encode_id
from tests.announcements import announced
from tests.community.partners.deals import (
    a_friend_of,
    a_key,
    a_link,
    a_partner,
    a_report,
    approved_and_paid,
    buys,
    lines_of,
)
from tests.community.referrals.friends import brought, link_of
from tests.community.webhooks.telling import TAKEN, an_endpoint, next_errands
from tests.factories import a_member
from tests.graph import ask

pytestmark = pytest.mark.usefixtures("database")

OVERVIEW = """
query ($month: String!) {
  partner {
    id name status
    plans { version perSignUp basisPoints }
    stats { clicks signedUp qualified }
    links { nodes: edges { node { code subSource stats { clicks } } } }
    signUps { edges { node { id stage link { code } } } }
    conversions { edges { node { externalId amount commission isSandbox link { code } } } }
    commissions { edges { node { number kind cause amount balance status } } }
    balance { owed pending approved paid currency }
    statements { edges { node { number total status export(format: CSV) } } }
    month(of: $month) { opening earned reversed paid closing export(format: JSON) }
    webhookEndpoints { edges { node { id } } }
  }
}
"""

REPORT = """
mutation ($conversions: [ConversionInput!]!) {
  reportConversions(input: { conversions: $conversions }) {
    __typename
    ... on ReportConversionsPayload {
      answers {
        externalId isRepeat
        conversion { id commission isSandbox }
        problem { __typename ... on Problem { code message } }
      }
    }
    ... on Problem { message }
  }
}
"""

NODE = "query ($id: ID!) { node(id: $id) { id } }"


def this_month() -> str:
    return clock.now().strftime("%Y-%m")


async def a_conversion(**parts: Any) -> dict[str, Any]:
    report = await a_report(**parts)
    return {
        "externalId": report.external_id,
        "clickId": report.click_id,
        "amount": report.amount,
        "currency": report.currency,
        "occurredAt": report.occurred_at.isoformat(),
    }


async def test_a_partner_reads_all_of_its_own() -> None:
    partner = await a_partner(hold_days=0)
    key = await a_key(partner)
    link = await a_link(key, sub_source="blog")
    await buys(await a_friend_of(link))
    conversion = await a_conversion(link=link)
    (answer,) = (await ask(REPORT, actor=key, conversions=[conversion])).only["answers"]
    assert (answer["problem"], answer["conversion"]["commission"]) == (None, 750)
    await approved_and_paid(partner)
    endpoint = await webhooks.create(key, "https://hooks.example.com/in", ["partners.*"])

    seen = (await ask(OVERVIEW, actor=key, month=this_month())).only
    assert seen["stats"] == {"clicks": 1, "signedUp": 1, "qualified": 1}
    assert [edge["node"]["link"]["code"] for edge in seen["signUps"]["edges"]] == [link.code]
    assert [edge["node"]["amount"] for edge in seen["conversions"]["edges"]] == [10_000]
    # The sign-up's 500 is held as long as the referral itself.
    assert seen["balance"] == {"owed": 500, "pending": 500, "approved": 0, "paid": 1_500, "currency": "USD"}
    assert seen["month"]["closing"] == seen["balance"]["owed"]
    (statement,) = [edge["node"] for edge in seen["statements"]["edges"]]
    rows = list(csv.DictReader(StringIO(statement["export"])))
    assert (statement["total"], [row["amount"] for row in rows]) == (1_500, ["750", "750"])
    assert [edge["node"]["id"] for edge in seen["webhookEndpoints"]["edges"]] == [
        encode_id("WebhookEndpoint", endpoint.endpoint.id)
    ]


async def test_a_report_is_answered_item_by_item_in_the_callers_language() -> None:
    key = await a_key(await a_partner())
    link = await a_link(key)
    bad = await a_conversion(link=link, amount=0)
    answer = (await ask(REPORT, actor=key, locale="zh-Hant", conversions=[bad, await a_conversion(link=link)])).only
    first, second = answer["answers"]
    assert first["problem"]["__typename"] == "InvalidConversionAmount"
    assert "轉換金額" in first["problem"]["message"]
    assert second["problem"] is None


async def test_a_sandbox_key_reads_its_trials_and_no_statements() -> None:
    partner = await a_partner(hold_days=0)
    live, sandbox = await a_key(partner), await a_key(partner, is_sandbox=True)
    link = await a_link(live)
    tried = await a_conversion(link=link, click_id=f"test-{link.code}")
    (answer,) = (await ask(REPORT, actor=sandbox, conversions=[tried])).only["answers"]
    assert answer["conversion"]["isSandbox"] is True
    reads = """{ partner { balance { owed } conversions { edges { node { externalId } } }
        commissions { edges { node { amount status } } } } }"""
    assert (await ask(reads, actor=sandbox)).only == {
        "balance": {"owed": 750},
        "conversions": {"edges": [{"node": {"externalId": tried["externalId"]}}]},
        "commissions": {"edges": [{"node": {"amount": 750, "status": "APPROVED"}}]},
    }
    empty = {"balance": {"owed": 0}, "conversions": {"edges": []}, "commissions": {"edges": []}}
    assert (await ask(reads, actor=live)).only == empty
    assert (await ask("{ partner { statements { edges { node { id } } } } }", actor=sandbox)).refusals == [NotInSandbox]
    assert (await ask(NODE, actor=live, id=answer["conversion"]["id"])).only is None
    assert (await ask("{ webhookEndpoints { edges { node { id } } } }", actor=sandbox)).refusals == [Forbidden]


NEEDS = {
    "stats { clicks }": {Scope.REFERRALS_READ},
    "links { edges { cursor } }": {Scope.REFERRALS_READ},
    "signUps { edges { cursor } }": {Scope.REFERRALS_READ},
    "conversions { edges { cursor } }": {Scope.REFERRALS_READ, Scope.CONVERSIONS_WRITE},
    "commissions { edges { cursor } }": {Scope.STATEMENTS_READ},
    "balance { owed }": {Scope.STATEMENTS_READ},
    "statements { edges { cursor } }": {Scope.STATEMENTS_READ},
    'month(of: "2026-11") { closing }': {Scope.STATEMENTS_READ},
    "webhookEndpoints { edges { cursor } }": {Scope.WEBHOOKS_MANAGE},
}


async def test_a_key_opens_what_its_scope_says() -> None:
    partner = await a_partner()
    for scope in (Scope.REFERRALS_READ, Scope.CONVERSIONS_WRITE, Scope.STATEMENTS_READ, Scope.WEBHOOKS_MANAGE):
        key = await a_key(partner, scope)
        for field, scopes in NEEDS.items():
            answer = await ask(f"{{ partner {{ {field} }} }}", actor=key)
            assert (answer.errors == []) is (scope in scopes), (scope, field)


async def test_only_a_partners_key_is_a_partner() -> None:
    assert (await ask("{ partner { id } }", actor=ANONYMOUS)).refusals == [Unauthenticated]
    assert (await ask("{ partner { id } }", actor=await a_member())).refusals == [PartnersOnly]


# ---- Only their own rows -----------------------------------------------------------------------------------------

OWNERS = ("own", "another", "member", "house")


async def rows_of(owner: str, key: Actor) -> dict[str, str]:
    """An id of each kind that this owner can have."""
    if owner == "member":
        link = await link_of(await a_member())
        friend = await brought(link)
        return {"ReferralLink": str(encode_id("ReferralLink", link.id)), "PartnerSignUp": _id("PartnerSignUp", friend)}
    if owner == "house":
        endpoint = await an_endpoint()
        return await _rows_of_endpoint(endpoint.endpoint.id)
    partner = await a_partner(hold_days=0)
    acting = await a_key(partner)
    link = await a_link(acting)
    friend = await a_friend_of(link)
    await buys(friend)
    (answer,) = await partners.report(acting, [await a_report(link)])
    statement = await approved_and_paid(partner)
    endpoint = await webhooks.create(acting, "https://hooks.example.com/in", ["*"])
    return {
        "Partner": str(encode_id("Partner", partner.id)),
        "ReferralLink": str(encode_id("ReferralLink", link.id)),
        "PartnerSignUp": _id("PartnerSignUp", friend),
        "Conversion": _id("Conversion", answer.conversion),
        "CommissionLine": _id("CommissionLine", (await lines_of(partner))[0]),
        "CommissionStatement": str(encode_id("CommissionStatement", statement)),
        **await _rows_of_endpoint(endpoint.endpoint.id),
        "key": acting,  # type: ignore[dict-item]
    }


async def _rows_of_endpoint(endpoint_id: Any) -> dict[str, str]:
    delivery = await webhooks.send_test(SYSTEM, endpoint_id)
    return {
        "WebhookEndpoint": str(encode_id("WebhookEndpoint", endpoint_id)),
        "WebhookDelivery": _id("WebhookDelivery", delivery),
    }


def _id(kind: str, view: Any) -> str:
    return str(encode_id(kind, view.id))


BY_ID = {
    "disablePartnerLink": ("ReferralLink", "DisablePartnerLink", "linkId: $id"),
    "editWebhookEndpoint": ("WebhookEndpoint", "EditWebhookEndpoint", 'endpointId: $id, description: "x"'),
    "rotateWebhookSecret": ("WebhookEndpoint", "RotateWebhookSecret", "endpointId: $id"),
    "disableWebhookEndpoint": ("WebhookEndpoint", "DisableWebhookEndpoint", "endpointId: $id"),
    "enableWebhookEndpoint": ("WebhookEndpoint", "EnableWebhookEndpoint", "endpointId: $id"),
    "testWebhookEndpoint": ("WebhookEndpoint", "TestWebhookEndpoint", "endpointId: $id"),
    "replayWebhookDelivery": ("WebhookDelivery", "ReplayWebhookDelivery", "deliveryId: $id"),
    "replayWebhookEvent": ("WebhookEndpoint", "ReplayWebhookEvent", f'endpointId: $id, eventId: "{UUID(int=1)}"'),
    "replayWebhooks": ("WebhookEndpoint", "ReplayWebhooks", 'endpointId: $id, since: "2026-01-01T00:00:00Z"'),
    "deleteWebhookEndpoint": ("WebhookEndpoint", "DeleteWebhookEndpoint", "endpointId: $id"),
}
"""Every root field by which a partner's key changes a row by its id, and what else it takes."""

CLOSED = {
    "partners": "{ partners { edges { cursor } } }",
    "createPartner": 'mutation { createPartner(input: { name: "x", contact: "y", plan: {} }) { __typename } }',
    "editPartner": 'mutation ($id: ID!) { editPartner(input: { partnerId: $id, name: "x" }) { __typename } }',
    "publishCommissionPlan": "mutation ($id: ID!) { publishCommissionPlan(input: { partnerId: $id, plan: {} }) {"
    " __typename } }",
    "suspendPartner": 'mutation ($id: ID!) { suspendPartner(input: { partnerId: $id, reason: "x" }) { __typename } }',
    "reinstatePartner": 'mutation ($id: ID!) { reinstatePartner(input: { partnerId: $id, reason: "x" }) {'
    " __typename } }",
    "closePartner": 'mutation ($id: ID!) { closePartner(input: { partnerId: $id, reason: "x" }) { __typename } }',
    "createPartnerKey": 'mutation ($id: ID!) { createPartnerKey(input: { partnerId: $id, name: "x",'
    " scopes: [REFERRALS_READ] }) { __typename } }",
    "payCommissions": 'mutation ($id: ID!) { payCommissions(input: { partnerId: $id, until: "2026-01-01T00:00:00Z",'
    ' idempotencyKey: "x" }) { __typename } }',
    "markStatementPaid": "mutation ($statement: ID!) { markStatementPaid(input: { statementId: $statement,"
    ' reference: "x" }) { __typename } }',
    "cancelStatement": 'mutation ($statement: ID!) { cancelStatement(input: { statementId: $statement, reason: "x" }) {'
    " __typename } }",
    "rejectConversion": "mutation ($conversion: ID!) { rejectConversion(input: { conversionId: $conversion,"
    ' reason: "x" }) { __typename } }',
    "events": "{ events { edges { cursor } } }",
    "apiKeys": "{ apiKeys { edges { cursor } } }",
    "referralReviews": "{ referralReviews { edges { cursor } } }",
}


async def test_a_partner_reaches_its_own_rows_and_no_others() -> None:
    """Every kind of row and every root field that a partner's key reaches × whose the row is."""
    own = await rows_of("own", SYSTEM)
    key: Actor = own.pop("key")  # type: ignore[assignment]
    cells = 0
    for owner in OWNERS:
        rows = own if owner == "own" else await rows_of(owner, key)
        rows.pop("key", None)
        for kind, row in rows.items():
            shown = (await ask(NODE, actor=key, id=row)).only
            assert (shown is not None) is (owner == "own"), (kind, owner)
            shown = (await ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", actor=key, ids=[row])).only
            assert (shown != [None]) is (owner == "own"), (kind, owner)
            cells += 2
    for owner in (*OWNERS[1:], OWNERS[0]):
        rows = own if owner == "own" else await rows_of(owner, key)
        for field, (kind, name, input) in BY_ID.items():
            if kind in rows:
                wanted = f"{{ ... on {name}Payload {{ __typename }} }}"
                document = f"mutation ($id: ID!) {{ {field}(input: {{ {input} }}) {wanted} }}"
                answer = await ask(document, actor=key, id=rows[kind])
                assert answer.refusals == ([] if owner == "own" else [NotFound]), (field, owner)
                cells += 1
    assert cells == 2 * (8 + 8 + 2 + 2) + 10 + 10 + 1 + 9


async def test_lists_hold_a_partners_own_rows_and_no_others() -> None:
    mine, others = await rows_of("own", SYSTEM), await rows_of("another", SYSTEM)
    await rows_of("house", SYSTEM)
    await rows_of("member", SYSTEM)
    for rows in (mine, others):
        key: Actor = rows["key"]  # type: ignore[assignment]
        found = await ask(
            """{ partner { id links { edges { node { id } } } signUps { edges { node { id } } }
            conversions { edges { node { id } } } commissions { edges { node { id } } }
            statements { edges { node { id } } } webhookEndpoints { edges { node { id } } } }
            webhookEndpoints { edges { node { id } } } webhookDeliveries { edges { node { endpoint { id } } } } }""",
            actor=key,
        )
        assert found.data
        partner = found.data["partner"]
        assert partner["id"] == rows["Partner"]
        for name, kind in (
            ("links", "ReferralLink"),
            ("signUps", "PartnerSignUp"),
            ("conversions", "Conversion"),
            ("statements", "CommissionStatement"),
            ("webhookEndpoints", "WebhookEndpoint"),
        ):
            assert [edge["node"]["id"] for edge in partner[name]["edges"]] == [rows[kind]], name
        assert len(partner["commissions"]["edges"]) == 4
        assert [edge["node"]["id"] for edge in found.data["webhookEndpoints"]["edges"]] == [rows["WebhookEndpoint"]]
        told = [edge["node"]["endpoint"]["id"] for edge in found.data["webhookDeliveries"]["edges"]]
        assert told == [rows["WebhookEndpoint"]]


async def test_what_is_for_staff_is_closed_to_partners() -> None:
    rows = await rows_of("own", SYSTEM)
    ids = {"id": rows["Partner"], "statement": rows["CommissionStatement"], "conversion": rows["Conversion"]}
    for field, document in CLOSED.items():
        wanted = {name: each for name, each in ids.items() if f"${name}:" in document}
        key: Actor = rows["key"]  # type: ignore[assignment]
        assert (await ask(document, actor=key, **wanted)).refusals == [Forbidden], field
        analyst = await a_member(roles=frozenset({Role.ANALYST}))
        if field.endswith(("Partner", "Key", "Commissions", "Paid", "Statement", "Plan", "Conversion")):
            assert (await ask(document, actor=analyst, **wanted)).refusals == [Forbidden], field


async def test_an_endpoint_of_a_partner_hears_what_is_about_that_partner_alone() -> None:
    own, other = await a_partner(), await a_partner()
    key, others_key = await a_key(own), await a_key(other)
    while await outbox.sequence():
        pass
    endpoint = (await webhooks.create(key, "https://hooks.example.com/in", ["*"])).endpoint
    for acting in (key, others_key):
        await partners.report(acting, [await a_report(await a_link(acting))])
    await partners.suspend(SYSTEM, own.id, reason="complaints")
    await partners.suspend(SYSTEM, other.id, reason="complaints")
    while await outbox.sequence():
        pass
    told: list[str] = []
    while errands := [each for each in await next_errands() if each.endpoint_id == endpoint.id]:
        for errand in errands:
            assert str(other.id) not in errand.message.body()
            told.append(errand.message.type)
            await webhooks.settle(errand, TAKEN)
    assert sorted(set(told)) == [
        "commission.earned",
        "conversion.reported",
        "partner.suspended",
        "webhook_endpoint.created",
    ]


# ---- Staff -------------------------------------------------------------------------------------------------------


async def test_staff_make_a_partner_and_a_key_that_works() -> None:
    admin = await a_member(roles=frozenset({Role.ADMIN}))
    made = await ask(
        """mutation { createPartner(input: { name: "慢活誌", contact: "ads@example.com",
        plan: { perSignUp: 500, basisPoints: 750, recurringMonths: 12 } }) {
        ... on CreatePartnerPayload { partner { id status plans { version basisPoints } } } } }""",
        actor=admin,
    )
    partner = made.only["partner"]
    assert partner["plans"] == [{"version": 1, "basisPoints": 750}]
    made = await ask(
        """mutation ($id: ID!) { createPartnerKey(input: { partnerId: $id, name: "server",
        scopes: [REFERRALS_READ] }) { ... on CreatePartnerKeyPayload { secret apiKey { scopes } } } }""",
        actor=admin,
        id=partner["id"],
    )
    key = await access.authenticate_key(made.only["secret"])
    assert (await ask("{ partner { id } }", actor=key)).only["id"] == partner["id"]
    listed = await ask("{ partners { edges { node { id balance { owed } } } } }", actor=admin)
    assert listed.only["edges"] == [{"node": {"id": partner["id"], "balance": {"owed": 0}}}]


async def test_a_partners_key_is_for_nothing_of_the_house() -> None:
    partner = await a_partner()
    for scope in (Scope.EVENTS_READ, Scope.MEMBERS_READ, Scope.ORDERS_WRITE):
        with pytest.raises(ScopeNotForPartners):
            await partners.create_key(SYSTEM, partner.id, "server", scopes=[scope])


BAD_PLANS = ["perSignUp: -1", "basisPoints: 10001", "recurringMonths: 121", "holdDays: 366", "holdDays: -1"]


@pytest.mark.parametrize("plan", BAD_PLANS)
async def test_a_plan_with_a_figure_that_cannot_be_is_refused(plan: str) -> None:
    answer = await ask(
        f'mutation {{ createPartner(input: {{ name: "x", contact: "y", plan: {{ {plan} }} }}) {{'
        " __typename ... on InvalidPartner { field } } }",
        actor=await a_member(roles=frozenset({Role.ADMIN})),
    )
    assert answer.only == {"__typename": "InvalidPartner", "field": plan.partition(":")[0]}


async def test_a_plan_begins_now_or_later() -> None:
    partner = await a_partner()
    admin = await a_member(roles=frozenset({Role.ADMIN}))
    document = """mutation ($id: ID!, $at: DateTime!) { publishCommissionPlan(input: { partnerId: $id,
        plan: { basisPoints: 1, startsAt: $at } }) { __typename } }"""
    past, published = "PlanStartsInThePast", "PublishCommissionPlanPayload"
    for hours, outcome in ((-1, past), (2, published), (1, past)):
        at = (clock.now() + timedelta(hours=hours)).isoformat()
        answer = await ask(document, actor=admin, id=encode_id("Partner", partner.id), at=at)
        assert answer.only["__typename"] == outcome


async def test_a_decision_about_a_partner_has_a_reason_and_is_announced() -> None:
    partner = await a_partner()
    admin = await a_member(roles=frozenset({Role.ADMIN}))
    document = """mutation ($id: ID!, $reason: String!) { suspendPartner(input: { partnerId: $id, reason: $reason }) {
        __typename ... on SuspendPartnerPayload { partner { status } } } }"""
    id = encode_id("Partner", partner.id)
    assert (await ask(document, actor=admin, id=id, reason=" ")).only["__typename"] == "InvalidReason"
    for _ in range(2):
        assert (await ask(document, actor=admin, id=id, reason="spam")).only["partner"] == {"status": "SUSPENDED"}
    assert [fact["type"] for fact in await announced(partner.id)] == ["partner.created", "partner.suspended"]
