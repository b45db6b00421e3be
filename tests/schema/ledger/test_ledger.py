"""Points in the graph: your own, others', staff's corrections."""

from typing import Any
from uuid import UUID

import pytest

from community.access.policy import Actor, Role
from community.kernel.errors import Forbidden, InvalidId, NotFound, Unauthenticated
from community.ledger.rules.expiry import FOR_EVER
from community.ledger.rules.transfers import LARGEST, Currency
from schema.nodes import encode_id
from tests.community.ledger.awards import a_cause, give, somebody, spend
from tests.factories import a_member
from tests.graph import Answer, ask, member_id

pytestmark = pytest.mark.usefixtures("database")

POINTS = """
  query ($first: Int, $after: String) {
    viewer {
      balance { points pending credits expiring { points at } }
      statement(first: $first, after: $after) {
        nodes { id kind amount balance isPending cause purpose reason }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
"""
OTHERS = """
  query ($handle: String!) {
    member(handle: $handle) { balance { points } statement { nodes { id } } }
  }
"""
ADJUST = """
  mutation ($id: ID!, $amount: Long!, $reason: String! = "goodwill", $key: String! = "1", $currency: LedgerCurrency) {
    adjustPoints(input: {
      memberId: $id, amount: $amount, reason: $reason, idempotencyKey: $key, currency: $currency
    }) {
      __typename
      ... on AdjustPointsPayload { member { balance { points credits } } }
      ... on InsufficientPoints { balance needed }
      ... on InvalidAmount { largest }
      ... on InvalidReason { maxLength }
      ... on Problem { message }
    }
  }
"""


async def a_pair() -> tuple[Actor, Actor, UUID]:
    """An administrator, and a member with their id."""
    staff, member = await a_member(roles=frozenset({Role.ADMIN})), await a_member(handle="mei")
    assert member.member_id
    return staff, member, member.member_id


async def test_you_see_what_you_have_and_how_it_came_about() -> None:
    _, member, mine = await a_pair()
    await give(mine, 100, lifetime=FOR_EVER)
    await give(mine, 7, pending_for="order")
    await give(mine, 3, currency=Currency.CREDITS)
    await spend(mine, 40, a_cause("redemption"))
    viewer = (await ask(POINTS, actor=member)).only
    assert viewer["balance"] == {"points": 60, "pending": 7, "credits": 3, "expiring": None}
    latest = viewer["statement"]["nodes"][0]
    assert (latest["kind"], latest["amount"], latest["balance"], latest["cause"], latest["purpose"]) == (
        "SPEND",
        -40,
        60,
        "redemption",
        "reward",
    )
    assert len(viewer["statement"]["nodes"]) == 4


async def test_who_earned_nothing_has_nothing() -> None:
    _, member, _ = await a_pair()
    viewer = (await ask(POINTS, actor=member)).only
    assert viewer["balance"] == {"points": 0, "pending": 0, "credits": 0, "expiring": None}
    assert viewer["statement"]["nodes"] == []


async def test_a_statement_goes_on_where_it_ended() -> None:
    _, member, mine = await a_pair()
    for amount in (1, 2, 3):
        await give(mine, amount)
    first = (await ask(POINTS, actor=member, first=2)).only["statement"]
    rest = (await ask(POINTS, actor=member, first=2, after=first["pageInfo"]["endCursor"])).only["statement"]
    amounts = [[line["amount"] for line in page["nodes"]] for page in (first, rest)]
    assert (amounts, rest["pageInfo"]["hasNextPage"]) == ([[3, 2], [1]], False)


@pytest.mark.parametrize(("roles", "sees"), [((), False), ((Role.MODERATOR,), False), ((Role.ANALYST,), True)])
async def test_what_others_have_is_for_trusted_staff(roles: tuple[Role, ...], sees: bool) -> None:
    _, _, mine = await a_pair()
    await give(mine, 5)
    other = await a_member(roles=frozenset(roles))
    seen = (await ask(OTHERS, actor=other, handle="mei")).only
    assert [value is not None for value in seen.values()] == [sees, sees]


async def test_a_line_is_found_again_by_those_who_may_read_it() -> None:
    _, member, mine = await a_pair()
    await give(mine, 5)
    (line,) = (await ask(POINTS, actor=member)).only["statement"]["nodes"]
    again = "query ($id: ID!) { node(id: $id) { ... on StatementLine { amount } } }"
    assert (await ask(again, actor=member, id=line["id"])).only == {"amount": 5}
    assert (await ask(again, actor=await a_member(), id=line["id"])).only is None


async def adjust(staff: Actor, member: Actor, amount: int, **variables: Any) -> Answer:
    return await ask(ADJUST, actor=staff, id=member_id(member), amount=amount, **variables)


async def test_staff_give_take_and_count_credits() -> None:
    staff, member, _ = await a_pair()
    await adjust(staff, member, 100)
    await adjust(staff, member, -30, key="2")
    counted = (await adjust(staff, member, 9, key="3", currency="CREDITS")).only
    assert counted["member"]["balance"] == {"points": 70, "credits": 9}
    again = (await adjust(staff, member, 9, key="3", currency="CREDITS")).only
    assert again == counted
    assert (await ask(POINTS, actor=member)).only["statement"]["nodes"][0]["reason"] == "goodwill"


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        ({"amount": -1}, {"__typename": "InsufficientPoints", "balance": 0, "needed": 1}),
        ({"amount": 0}, {"__typename": "InvalidAmount", "largest": LARGEST}),
        ({"amount": 1, "reason": " "}, {"__typename": "InvalidReason", "maxLength": 500}),
        ({"amount": 1, "key": ""}, {"__typename": "IdempotencyKeyMalformed"}),
    ],
)
async def test_what_cannot_be_corrected_is_a_problem(variables: dict[str, Any], problem: dict[str, Any]) -> None:
    staff, member, _ = await a_pair()
    answer = (await adjust(staff, member, **variables)).only
    assert answer.pop("message")
    assert answer == problem


async def test_the_same_key_for_another_correction_is_a_problem() -> None:
    staff, member, _ = await a_pair()
    await adjust(staff, member, 1)
    assert (await adjust(staff, member, 2)).only["__typename"] == "IdempotencyKeyReused"


async def test_a_problem_speaks_the_callers_language() -> None:
    staff, member, _ = await a_pair()
    assert (await adjust(staff, member, -99, locale="zh-Hant")).only["message"] == "需要 99 點，目前可用 0 點。"


async def test_only_those_who_may_correct_somebody_who_is_there() -> None:
    staff, member, _ = await a_pair()
    assert (await ask(ADJUST, id=member_id(member), amount=1)).refusals == [Unauthenticated]
    assert (await adjust(member, staff, 1)).refusals == [Forbidden]
    assert (await adjust(staff, staff, 1)).only["__typename"] == "CannotTargetSelf"
    nobody = encode_id("Member", somebody())
    assert (await ask(ADJUST, actor=staff, id=nobody, amount=1)).refusals == [NotFound]
    assert (await ask(ADJUST, actor=staff, id="x", amount=1)).refusals == [InvalidId]
