"""Orders in the graph: recorded and refunded with answers for people, read by those they concern."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLError

from community.access.policy import ANONYMOUS, SYSTEM, Actor, Kind, Role, Scope
from community.kernel import clock
from community.kernel.errors import BadInput, Forbidden, InvalidId, Unauthenticated
from community.kernel.ids import new_id
from community.orders import queries as orders
from schema.nodes import encode_id
from tests.community.orders.purchases import buys, refunds
from tests.factories import a_member
from tests.graph import ask, member_id

pytestmark = pytest.mark.usefixtures("database")

TILL = Actor(kind=Kind.SERVICE, key_id=new_id(), scopes=frozenset({Scope.ORDERS_WRITE}))

RECORD = """
mutation ($order: OrderInput!) {
  recordOrder(input: { order: $order }) {
    __typename
    ... on RecordOrderPayload {
      order { amount discount currency source externalId status isFirst lines { position sku quantity unitAmount } }
      effects { isRepeat earned { rule amount } tierReached { key } }
    }
    ... on OrderDiffers { externalId }
    ... on InvalidOrder { field }
    ... on CurrencyNotAccepted { accepted }
    ... on Problem { code message }
  }
}
"""

RECORD_MANY = """
mutation ($orders: [OrderInput!]!) {
  recordOrders(input: { orders: $orders }) {
    ... on RecordOrdersPayload {
      answers { externalId order { amount } effects { isRepeat } problem { ... on Problem { code message } } }
    }
  }
}
"""

REFUND = """
mutation ($input: RefundOrderInput!) {
  refundOrder(input: $input) {
    __typename
    ... on RefundOrderPayload {
      order { left refunded status lines { returned } refunds { amount reason taken } }
      refund { amount taken short }
    }
    ... on RefundTooLarge { asked left }
    ... on InvalidRefundAmount { left }
    ... on InvalidReturn { position returnable }
    ... on Problem { code message }
  }
}
"""

HISTORY = """
orders(first: 2) { nodes { amount effects { isRepeat earned { amount } } member { id } } pageInfo { hasNextPage } }
"""


def an_order(actor: Actor, amount: int = 10_000, **details: Any) -> dict[str, Any]:
    defaults = {
        "memberId": member_id(actor),
        "source": "till-3",
        "externalId": "receipt 1",
        "currency": "USD",
        "lines": [{"sku": "cd-1", "name": "藍色狂想曲", "quantity": 1, "unitAmount": amount}],
        "placedAt": clock.now().isoformat(),
    }
    return defaults | details


async def test_a_till_records_an_order_and_sees_what_it_did() -> None:
    mei = await a_member()
    first, again = [(await ask(RECORD, actor=TILL, order=an_order(mei, 30_500, discount=500))).only for _ in range(2)]
    assert first["order"] == {
        "amount": 30_000,
        "discount": 500,
        "currency": "USD",
        "source": "till-3",
        "externalId": "receipt 1",
        "status": "PAID",
        "isFirst": True,
        "lines": [{"position": 1, "sku": "cd-1", "quantity": 1, "unitAmount": 30_500}],
    }
    assert first["effects"] == {
        "isRepeat": False,
        "earned": [{"rule": "order", "amount": 30}],
        "tierReached": {"key": "gold"},
    }
    assert again == first | {"effects": first["effects"] | {"isRepeat": True}}


@pytest.mark.parametrize(
    ("details", "problem"),
    [
        ({"currency": "TWD"}, {"code": "CURRENCY_NOT_ACCEPTED", "accepted": "USD"}),
        ({"source": "Till 3"}, {"code": "INVALID_ORDER", "field": "source"}),
        ({"lines": []}, {"code": "INVALID_ORDER", "field": "lines"}),
        ({"discount": 10_001}, {"code": "INVALID_ORDER_AMOUNT"}),
        ({"placedAt": "2999-01-01T00:00:00Z"}, {"code": "PLACED_IN_THE_FUTURE"}),
        ({"memberId": encode_id("Member", UUID(int=1))}, {"code": "UNKNOWN_CUSTOMER"}),
    ],
)
async def test_what_cannot_be_recorded_is_said(details: dict[str, Any], problem: dict[str, Any]) -> None:
    answer = (await ask(RECORD, actor=TILL, order=an_order(await a_member(), **details))).only
    assert answer.items() >= problem.items()


async def test_another_order_under_the_same_id_is_said_in_the_callers_language() -> None:
    mei = await a_member()
    await ask(RECORD, actor=TILL, order=an_order(mei))
    answer = (await ask(RECORD, actor=TILL, locale="zh-Hant", order=an_order(mei, 1))).only
    assert (answer["__typename"], answer["externalId"]) == ("OrderDiffers", "receipt 1")
    assert "receipt 1 已用於另一筆訂單" in answer["message"]


@pytest.mark.parametrize("line", [{"quantity": 1.5}, {"unitAmount": 0.5}, {"unitAmount": "five"}])
async def test_fractions_never_get_in(line: dict[str, Any]) -> None:
    order = an_order(await a_member())
    order["lines"][0] |= line
    with pytest.raises(GraphQLError, match="cannot represent"):
        await ask(RECORD, actor=TILL, order=order)


async def test_many_are_answered_each_by_itself() -> None:
    mei = await a_member()
    orders = [
        an_order(mei, externalId="1"),
        an_order(mei, currency="EUR", externalId="2"),
        an_order(mei, externalId="1"),
    ]
    answers = (await ask(RECORD_MANY, actor=TILL, orders=orders)).only["answers"]
    assert [answer["externalId"] for answer in answers] == ["1", "2", "1"]
    assert [answer["effects"] for answer in answers] == [{"isRepeat": False}, None, {"isRepeat": True}]
    assert answers[1]["problem"]["code"] == "CURRENCY_NOT_ACCEPTED"


async def test_an_empty_list_of_returns_refunds_nothing() -> None:
    order = await buys(await a_member())
    asked = {"orderId": encode_id("Order", order.id), "returns": [], "reason": "broken", "idempotencyKey": "k"}
    assert (await ask(REFUND, actor=TILL, input=asked)).refusals == [BadInput]
    assert (await orders.order(SYSTEM, order.id)).left == order.left


async def test_a_refund_shows_what_is_left_and_what_went_with_it() -> None:
    order = await buys(await a_member())
    asked = {"orderId": encode_id("Order", order.id), "amount": 4_000, "reason": "broken", "idempotencyKey": "k"}
    first, again = [(await ask(REFUND, actor=TILL, input=asked)).only for _ in range(2)]
    assert first == again
    assert first["refund"] == {"amount": 4_000, "taken": 4, "short": 0}
    assert first["order"] == {
        "left": 6_000,
        "refunded": 4_000,
        "status": "PARTLY_REFUNDED",
        "lines": [{"returned": 0}],
        "refunds": [{"amount": 4_000, "reason": "broken", "taken": 4}],
    }
    rest = asked | {"amount": None, "returns": [{"position": 1, "quantity": 1}], "idempotencyKey": "l"}
    assert (await ask(REFUND, actor=TILL, input=rest)).only.items() >= {"asked": 10_000, "left": 6_000}.items()


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"amount": 0}, {"code": "INVALID_REFUND_AMOUNT", "left": 10_000}),
        ({"amount": -1}, {"code": "INVALID_REFUND_AMOUNT", "left": 10_000}),
        ({"amount": 10_001}, {"code": "REFUND_TOO_LARGE", "left": 10_000}),
        ({"amount": 1, "currency": "EUR"}, {"code": "CURRENCY_NOT_ACCEPTED"}),
        ({"returns": [{"position": 1, "quantity": 1}] * 2}, {"code": "INVALID_RETURN", "returnable": 1}),
        ({"reason": " "}, {"code": "INVALID_REASON"}),
        ({"idempotencyKey": ""}, {"code": "IDEMPOTENCY_KEY_MALFORMED"}),
    ],
)
async def test_what_cannot_go_back_is_said(asked: dict[str, Any], problem: dict[str, Any]) -> None:
    order = await buys(await a_member())
    defaults = {"orderId": encode_id("Order", order.id), "reason": "broken", "idempotencyKey": "k"}
    assert (await ask(REFUND, actor=TILL, input=defaults | asked)).only.items() >= problem.items()


async def test_members_read_their_own_orders_and_staff_everybodys() -> None:
    mei, analyst = await a_member(), await a_member(roles=frozenset({Role.ANALYST}))
    for days in (3, 1, 2):
        await buys(mei, days * 10_000, placed_at=clock.now() - timedelta(days=days))
    own = (await ask(f"{{ viewer {{ {HISTORY} }} }}", actor=mei)).only["orders"]
    assert [node["amount"] for node in own["nodes"]] == [10_000, 20_000]
    assert own["nodes"][0]["effects"] == {"isRepeat": False, "earned": [{"amount": 10}]}
    assert own["pageInfo"]["hasNextPage"]
    seen = f"query ($id: ID!) {{ node(id: $id) {{ ... on Member {{ {HISTORY} }} }} }}"
    assert (await ask(seen, actor=analyst, id=member_id(mei))).only["orders"] == own
    for stranger in (await a_member(), ANONYMOUS, TILL):
        assert (await ask(seen, actor=stranger, id=member_id(mei))).only["orders"] is None


async def test_an_order_is_a_node_for_those_it_concerns() -> None:
    mei = await a_member()
    order = await buys(mei)
    await refunds(order)
    seen = "query ($id: ID!) { node(id: $id) { ... on Order { status } } }"
    shown = [(await ask(seen, actor=a, id=encode_id("Order", order.id))).only for a in (mei, TILL, await a_member())]
    assert shown == [{"status": "REFUNDED"}, {"status": "REFUNDED"}, None]


async def test_strangers_and_members_neither_record_nor_refund() -> None:
    mei = await a_member()
    order = await buys(mei)
    asked = {"orderId": encode_id("Order", order.id), "reason": "broken", "idempotencyKey": "k"}
    for actor, refusal in ((ANONYMOUS, Unauthenticated), (mei, Forbidden)):
        assert (await ask(RECORD, actor=actor, order=an_order(mei))).refusals == [refusal]
        assert (await ask(RECORD_MANY, actor=actor, orders=[an_order(mei)])).refusals == [refusal]
        assert (await ask(REFUND, actor=actor, input=asked)).refusals == [refusal]


async def test_an_id_of_something_else_is_refused() -> None:
    mei = await a_member()
    asked = {"orderId": member_id(mei), "reason": "broken", "idempotencyKey": "k"}
    assert (await ask(REFUND, actor=TILL, input=asked)).refusals == [InvalidId]
