"""Recording orders: what they give, once, however often they are reported."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from community import database
from community.access.policy import SYSTEM, Actor, Kind, Role, Scope
from community.engagement.rules.programme import Condition, Limit, Test
from community.engagement.rules.windows import Window
from community.kernel import clock
from community.kernel.errors import BadInput, Forbidden, NotFound, Problem
from community.kernel.ids import new_id
from community.ledger import service as ledger
from community.members import service as members
from community.members.errors import CannotTargetSelf
from community.members.rules import Ability
from community.orders import errors, queries
from community.orders import service as orders
from community.orders.queries import Status
from tests.announcements import announced
from tests.community.engagement.happenings import a_rule, balance, earned, id_of, in_force, later, refused
from tests.community.orders.purchases import a_draft, a_line, buys, orders_of
from tests.community.tiers.members import tier
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")

TILL = Actor(kind=Kind.SERVICE, key_id=new_id(), scopes=frozenset({Scope.ORDERS_WRITE}))


def a_partner() -> Actor:
    return Actor(kind=Kind.PARTNER, key_id=new_id(), scopes=frozenset({Scope.ORDERS_WRITE}))


async def test_an_order_earns_ten_points_for_each_hundred_spent() -> None:
    mei = await a_member()
    recorded = await orders.record(TILL, a_draft(mei, 23_999))
    assert earned(recorded.effects) == {"order": 23}
    assert (await balance(mei)).points == 23


async def test_an_order_moves_its_member_up_and_says_so() -> None:
    mei = await a_member()
    recorded = await orders.record(TILL, a_draft(mei, 30_000))
    assert recorded.effects.tier_reached == recorded.order.tier_reached == "gold"
    assert await tier(id_of(mei)) == "gold"
    assert (await orders.record(TILL, a_draft(mei, 1_000))).effects.tier_reached is None


async def test_an_order_is_announced_with_what_hearers_need() -> None:
    mei = await a_member()
    order = await buys(mei, 12_345, placed_at=clock.now() - timedelta(days=1))
    assert await announced(order.id) == [
        {
            "type": "order.recorded",
            "order_id": str(order.id),
            "member_id": str(mei.member_id),
            "source": "shop",
            "amount": 12_345,
            "currency": "USD",
            "is_first": True,
            "placed_at": order.placed_at.isoformat(),
        }
    ]


async def test_the_first_that_costs_something_is_the_first() -> None:
    mei = await a_member()
    free = await buys(mei, 0)
    drafts = [a_draft(mei, placed_at=clock.now() - timedelta(days=days)) for days in (1, 3, 2)]
    together = await orders.record_many(TILL, drafts)
    older = await buys(mei, placed_at=clock.now() - timedelta(days=9))
    firsts = [answer.recorded.order.is_first for answer in together if answer.recorded]
    assert (free.is_first, firsts, older.is_first) == (False, [False, True, False], False)


async def test_first_orders_at_once_are_first_once() -> None:
    mei = await a_member()
    recorded = await asyncio.gather(*(orders.record(TILL, a_draft(mei)) for _ in range(8)))
    assert sorted(each.order.is_first for each in recorded) == [False] * 7 + [True]


async def test_an_order_that_costs_nothing_is_kept_and_earns_nothing() -> None:
    mei = await a_member()
    recorded = await orders.record(TILL, a_draft(mei, 5_000, discount=5_000))
    assert refused(recorded.effects) == {"order": "TOO_LITTLE"}
    assert (recorded.order.amount, recorded.order.status) == (0, Status.PAID)


async def test_the_same_order_again_is_the_first_one() -> None:
    mei = await a_member()
    draft = a_draft(mei, 30_000)
    first, again = [await orders.record(TILL, draft) for _ in range(2)]
    assert again.order == first.order
    assert (first.effects.is_repeat, again.effects.is_repeat) == (False, True)
    assert (earned(again.effects), again.effects.tier_reached) == ({"order": 30}, "gold")
    assert (await balance(mei)).points == 30
    assert len(await announced(first.order.id)) == 1


async def test_the_same_order_at_once_is_recorded_once() -> None:
    mei = await a_member()
    draft = a_draft(mei)
    recorded = await asyncio.gather(*(orders.record(TILL, draft) for _ in range(8)))
    assert len({each.order.id for each in recorded}) == 1
    assert sorted(each.effects.is_repeat for each in recorded) == [False] + [True] * 7
    assert (await balance(mei)).points == 10
    assert (await ledger.reconcile()).is_clean


async def test_another_order_under_the_same_id_is_refused() -> None:
    mei, tom = await a_member(), await a_member()
    first = await buys(mei, external_id="7")
    for other in (a_draft(mei, 10_001, external_id="7"), a_draft(tom, external_id="7")):
        with pytest.raises(errors.OrderDiffers) as refusal:
            await orders.record(TILL, other)
        assert refusal.value.external_id == "7"
    assert await orders_of(mei) == [first]
    assert (await balance(tom)).points == 0


async def test_each_source_gives_out_its_own_ids() -> None:
    mei = await a_member()
    await buys(mei, external_id="7", source="shop")
    await buys(mei, external_id="7", source="till-3")
    assert {order.source for order in await orders_of(mei)} == {"shop", "till-3"}


async def test_partners_never_meet_each_others_orders() -> None:
    mei, partner = await a_member(), a_partner()
    recorded = [await orders.record(each, a_draft(mei, external_id="7")) for each in (partner, a_partner(), TILL)]
    ids = [each.order.id for each in recorded]
    assert len(set(ids)) == 3
    assert {each.order.source for each in recorded} == {"shop"}
    assert list(await queries.orders_by_ids(partner, ids)) == ids[:1]
    assert set(await queries.orders_by_ids(TILL, ids)) == set(ids)


async def test_orders_are_their_members_and_staffs_to_read() -> None:
    mei, tom = await a_member(), await a_member()
    order = await buys(mei)
    assert (await queries.order(mei, order.id)).id == order.id
    with pytest.raises(NotFound):
        await queries.order(tom, order.id)


@pytest.mark.parametrize("problem", [errors.CurrencyNotAccepted, errors.PlacedInTheFuture, errors.InvalidOrder])
async def test_what_cannot_be_recorded_leaves_nothing(problem: type[Problem]) -> None:
    mei = await a_member()
    flawed = {
        errors.CurrencyNotAccepted: a_draft(mei, currency="EUR"),
        errors.PlacedInTheFuture: a_draft(mei, placed_at=clock.now() + timedelta(hours=1)),
        errors.InvalidOrder: a_draft(mei, 10**13),
    }
    with pytest.raises(problem):
        await orders.record(TILL, flawed[problem])
    assert await orders_of(mei) == []
    assert (await balance(mei)).points == 0


async def test_nobody_cannot_buy() -> None:
    nobody = Actor(kind=Kind.MEMBER, member_id=UUID(int=1))
    with pytest.raises(errors.UnknownCustomer):
        await orders.record(TILL, a_draft(nobody))


async def test_only_who_is_trusted_records() -> None:
    mei = await a_member()
    for actor in (mei, Actor(kind=Kind.SERVICE, key_id=new_id(), scopes=frozenset({Scope.ACTIVITIES_WRITE}))):
        with pytest.raises(Forbidden):
            await orders.record(actor, a_draft(mei))
        with pytest.raises(Forbidden):
            await orders.record_many(actor, [a_draft(mei)])


async def test_staff_sell_nothing_to_themselves() -> None:
    boss = await a_member(roles=frozenset({Role.ADMIN}))
    with pytest.raises(CannotTargetSelf):
        await orders.record(boss, a_draft(boss))
    assert (await orders.record(boss, a_draft(await a_member()))).order.amount == 10_000


async def test_who_may_not_earn_has_bought_all_the_same() -> None:
    mei = await a_member()
    await members.restrict(SYSTEM, id_of(mei), Ability.EARN, reason="fraud")
    recorded = await orders.record(TILL, a_draft(mei, 30_000))
    assert refused(recorded.effects) == {"order": "EARNING_RESTRICTED"}
    assert recorded.order.tier_reached == "gold"


async def test_points_of_an_old_order_have_expired_by_now(frozen_clock: datetime) -> None:
    mei = await a_member()
    recorded = await orders.record(TILL, a_draft(mei, 100_000, placed_at=frozen_clock - timedelta(days=500)))
    assert earned(recorded.effects) == {"order": 100}
    assert (await balance(mei)).points == 0
    assert recorded.order.tier_reached is None
    assert (await ledger.reconcile()).is_clean


async def test_rules_may_ask_where_it_was_bought_and_whether_it_is_the_first() -> None:
    await in_force(
        a_rule(code="till", trigger="order.paid", conditions=(_is("source", "till-3"),)),
        a_rule(code="welcome", trigger="order.paid", conditions=(_is("is_first", True),)),
    )
    mei = await a_member()
    assert [
        earned((await orders.record(TILL, a_draft(mei, source=s))).effects) for s in ("till-3", "till-3", "shop")
    ] == [
        {"till": 10, "welcome": 10},
        {"till": 10},
        {},
    ]


async def test_many_are_answered_each_by_itself() -> None:
    mei, tom = await a_member(), await a_member()
    known = await buys(mei, external_id="known")
    drafts = [
        a_draft(mei, external_id="new"),
        a_draft(mei, currency="EUR", external_id="euro"),
        a_draft(mei, external_id="known"),
        a_draft(tom, external_id="known"),
        a_draft(mei, external_id="new"),
        a_draft(mei, 1, external_id="new"),
        a_draft(Actor(kind=Kind.MEMBER, member_id=UUID(int=1))),
    ]
    answers = await orders.record_many(TILL, drafts)
    assert [answer.external_id for answer in answers] == [draft.external_id for draft in drafts]
    assert [type(answer.problem) for answer in answers] == [
        type(None),
        errors.CurrencyNotAccepted,
        type(None),
        errors.OrderDiffers,
        type(None),
        errors.OrderDiffers,
        errors.UnknownCustomer,
    ]
    assert [answer.is_repeat for answer in answers] == [False, False, True, False, True, False, False]
    assert answers[2].recorded
    assert answers[2].recorded.order == known
    assert (await balance(mei)).points == 20


async def test_many_orders_of_one_member_meet_limits_in_their_order() -> None:
    await in_force(a_rule(trigger="order.paid", limits=(Limit(window=Window.DAY, times=2),)))
    mei = await a_member()
    answers = await orders.record_many(TILL, [a_draft(mei) for _ in range(3)])
    assert [earned(answer.recorded.effects) for answer in answers if answer.recorded] == [{"check_in": 10}] * 2 + [{}]


async def test_too_many_at_once_are_refused() -> None:
    mei = await a_member()
    with pytest.raises(BadInput):
        await orders.record_many(TILL, [a_draft(mei)] * 1_001)


async def test_many_take_no_more_statements_than_a_few() -> None:
    people = [await a_member() for _ in range(12)]
    counts = []
    for size in (3, 12):
        with database.counting_statements() as statements:
            await orders.record_many(TILL, [a_draft(actor) for actor in people[:size]])
        counts.append(statements.count)
    assert counts[0] == counts[1] <= 22


async def test_a_tier_multiplies_what_an_order_earns() -> None:
    await in_force(a_rule(trigger="order.paid", amount=10, per=100, multipliers={"gold": 150}))
    mei = await a_member()
    assert [earned((await orders.record(TILL, a_draft(mei, 30_000))).effects) for _ in range(2)] == [
        {"check_in": 30},
        {"check_in": 45},
    ]


async def test_lines_are_kept_as_they_were_bought(frozen_clock: datetime) -> None:
    mei = await a_member()
    order = await buys(mei, lines=(a_line(1_999, quantity=2), a_line(500, sku="bag")), discount=498)
    lines = (await queries.lines_of([order.id]))[order.id]
    assert [(line.position, line.sku, line.quantity, line.unit_amount) for line in lines] == [
        (1, "cd-1", 2, 1_999),
        (2, "bag", 1, 500),
    ]
    assert (order.amount, order.discount, order.recorded_at) == (4_000, 498, frozen_clock)


async def test_a_later_report_of_the_same_order_changes_no_time(frozen_clock: datetime) -> None:
    mei = await a_member()
    first = await buys(mei, external_id="7")
    with later(frozen_clock, days=1):
        assert (await buys(mei, external_id="7")).placed_at == first.placed_at == frozen_clock


def _is(of: str, value: str | bool) -> Condition:
    return Condition(of=of, test=Test.IS_ONE_OF, values=(value,))
