"""Refunding: money goes back, and with it exactly what it had given, once."""

import asyncio
import random
from datetime import datetime
from typing import Any

import pytest

from community.access.policy import SYSTEM, Actor, Kind, Role, Scope
from community.engagement.queries import Standings, leaderboard
from community.idempotency.errors import IdempotencyKeyMalformed, IdempotencyKeyReused
from community.kernel import clock
from community.kernel.errors import Forbidden, InvalidReason, NotFound, Problem
from community.kernel.ids import new_id
from community.kernel.pages import PageRequest
from community.ledger import service as ledger
from community.ledger.rules.transfers import Cause, Currency
from community.orders import errors, queries
from community.orders import service as orders
from community.orders.queries import OrderView, Status
from community.tiers import queries as tiers_queries
from community.tiers.rules.programme import Track
from tests.announcements import announced
from tests.community.engagement.happenings import a_rule, balance, id_of, in_force, later
from tests.community.orders.purchases import a_draft, a_line, buys, orders_of, refunds
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")


async def points(actor: Actor) -> int:
    return (await balance(actor)).points


async def spend(actor: Actor) -> int | None:
    """What counts for the spend track."""
    standing = (await tiers_queries.standing([id_of(actor)], clock.now()))[id_of(actor)]
    return next(track.value for track in standing.because if track.track is Track.SPEND)


async def now(order: OrderView) -> OrderView:
    return await queries.order(SYSTEM, order.id)


async def test_a_whole_refund_takes_back_everything() -> None:
    mei = await a_member()
    order = await buys(mei, 23_450)
    refund = await refunds(order)
    assert (refund.amount, refund.taken, refund.short) == (23_450, 23, 0)
    assert (await points(mei), await spend(mei)) == (0, 0)
    assert ((await now(order)).status, (await now(order)).left) == (Status.REFUNDED, 0)


async def test_a_part_takes_back_what_the_rest_would_not_have_earned() -> None:
    mei = await a_member()
    order = await buys(mei, 19_900)
    assert [(await refunds(order, amount)).taken for amount in (900, 1, 998, 8_001)] == [0, 1, 0, 8]
    assert (await points(mei), await spend(mei)) == (10, 10_000)
    assert (await now(order)).status is Status.PARTLY_REFUNDED


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_the_parts_all_comes_back(seed: int) -> None:
    chance = random.Random(seed)
    mei = await a_member()
    kept = await buys(mei, 5_000)
    order = await buys(mei, chance.randint(10_000, 99_999))
    taken = 0
    while left := (await now(order)).left:
        taken += (await refunds(order, chance.randint(1, left))).taken
    assert taken == order.amount // 1_000
    assert (await points(mei), await spend(mei)) == (5, kept.amount)
    assert (await ledger.reconcile()).is_clean


async def test_a_refund_is_announced_with_what_is_left(frozen_clock: datetime) -> None:
    mei = await a_member()
    order = await buys(mei)
    refund = await refunds(order, 4_000)
    assert (await announced(order.id))[1:] == [
        {
            "type": "order.refunded",
            "order_id": str(order.id),
            "refund_id": str(refund.id),
            "member_id": str(mei.member_id),
            "amount": 4_000,
            "left": 6_000,
            "currency": "USD",
            "refunded_at": frozen_clock.isoformat(),
        }
    ]


async def test_lines_come_back_with_their_share_of_the_discount() -> None:
    mei = await a_member()
    order = await buys(mei, lines=(a_line(3_333, quantity=3), a_line(1, sku="bag")), discount=1_000)
    assert [(await refunds(order, returns=returns)).amount for returns in ({1: 1}, {1: 2, 2: 1})] == [2_999, 6_001]
    assert [line.returned for line in (await queries.lines_of([order.id]))[order.id]] == [3, 1]
    assert (await now(order)).status is Status.REFUNDED


async def test_the_same_key_refunds_once() -> None:
    mei = await a_member()
    order = await buys(mei)
    first, again = [await refunds(order, 4_000, key="k") for _ in range(2)]
    assert first == again
    assert ((await now(order)).refunded, await points(mei)) == (4_000, 6)


async def test_the_same_key_with_another_input_is_refused() -> None:
    mei = await a_member()
    order = await buys(mei)
    await refunds(order, 4_000, key="k")
    for other in ({"amount": 4_001}, {"amount": None}, {"amount": None, "returns": {1: 1}}, {"reason": "broken"}):
        with pytest.raises(IdempotencyKeyReused):
            await refunds(order, **{"amount": 4_000, "key": "k", **other})  # type: ignore[arg-type]
    assert (await now(order)).refunded == 4_000


async def test_each_order_has_its_own_keys() -> None:
    mei = await a_member()
    one, other = await buys(mei), await buys(mei)
    assert (await refunds(one, 1, key="k")).id != (await refunds(other, 1, key="k")).id


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"amount": 0}, errors.InvalidRefundAmount),
        ({"amount": -1}, errors.InvalidRefundAmount),
        ({"amount": 10_001}, errors.RefundTooLarge),
        ({"amount": 10**13}, errors.RefundTooLarge),
        ({"amount": 1, "returns": {1: 1}}, errors.InvalidRefundAmount),
        ({"returns": {2: 1}}, errors.InvalidReturn),
        ({"returns": {1: 2}}, errors.InvalidReturn),
        ({"amount": 1, "currency": "EUR"}, errors.CurrencyNotAccepted),
        ({"reason": ""}, InvalidReason),
        ({"key": "\n"}, IdempotencyKeyMalformed),
    ],
)
async def test_what_cannot_go_back_changes_nothing(asked: dict[str, Any], problem: type[Problem]) -> None:
    mei = await a_member()
    order = await buys(mei)
    with pytest.raises(problem):
        await refunds(order, **asked)
    assert (await now(order), await points(mei), await spend(mei)) == (order, 10, 10_000)


async def test_a_refused_key_can_be_used_again() -> None:
    mei = await a_member()
    order = await buys(mei)
    with pytest.raises(errors.RefundTooLarge):
        await refunds(order, 10_001, key="k")
    assert (await refunds(order, 10_000, key="k")).taken == 10


async def test_refunds_at_once_never_give_back_more_than_was_paid() -> None:
    mei = await a_member()
    order = await buys(mei)
    done = await asyncio.gather(*(refunds(order, 3_000) for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(each, errors.RefundTooLarge) for each in done) == 5
    assert ((await now(order)).refunded, await points(mei), await spend(mei)) == (9_000, 1, 1_000)
    assert (await ledger.reconcile()).is_clean


async def test_one_key_at_once_is_one_refund() -> None:
    mei = await a_member()
    order = await buys(mei)
    done = await asyncio.gather(*(refunds(order, 3_000, key="k") for _ in range(8)))
    assert len({each.id for each in done}) == 1
    assert ((await now(order)).refunded, await points(mei)) == (3_000, 7)


async def test_what_was_spent_is_short_and_nothing_goes_below_zero() -> None:
    mei = await a_member()
    order = await buys(mei)
    await ledger.spend(id_of(mei), 8, Cause("reward", "1"), purpose="reward")
    refund = await refunds(order)
    assert (refund.taken, refund.short, await points(mei)) == (2, 8, 0)


async def test_a_refund_lowers_what_counts_in_the_period_of_the_order(frozen_clock: datetime) -> None:
    mei = await a_member()
    order = await buys(mei, 30_000)
    with later(frozen_clock, days=90):
        await refunds(order, 25_000)
        assert await spend(mei) == 5_000


async def test_what_a_rule_pays_once_stays_until_nothing_is_left() -> None:
    await in_force(
        a_rule(code="bonus", trigger="order.paid", amount=50),
        a_rule(code="order", trigger="order.paid", amount=10, per=100, multipliers={"gold": 150}),
        a_rule(code="status", trigger="order.paid", amount=1, per=10, currency=Currency.CREDITS),
    )
    mei = await a_member()
    await buys(mei, 30_000)
    order = await buys(mei, 10_100)
    assert ((await balance(mei)).points, (await balance(mei)).credits) == (50 + 30 + 50 + 15, 30 + 10)
    await refunds(order, 5_050)
    assert ((await balance(mei)).points, (await balance(mei)).credits) == (50 + 30 + 50 + 7, 30 + 5)
    leaders = await leaderboard(Standings.FOREVER, PageRequest.of(first=1), clock.now())
    assert [leader.credits for leader in leaders.items] == [35]
    await refunds(order)
    assert ((await balance(mei)).points, (await balance(mei)).credits) == (50 + 30, 30)


async def test_recording_again_what_was_refunded_gives_nothing() -> None:
    mei = await a_member()
    draft = a_draft(mei)
    order = (await orders.record(SYSTEM, draft)).order
    await refunds(order)
    again = await orders.record(SYSTEM, draft)
    assert (again.effects.is_repeat, again.order.status, await points(mei)) == (True, Status.REFUNDED, 0)


async def test_a_free_order_has_nothing_to_refund() -> None:
    order = await buys(await a_member(), 0)
    with pytest.raises(errors.RefundTooLarge):
        await refunds(order)


async def test_only_who_is_trusted_refunds_and_a_partner_only_their_own() -> None:
    mei = await a_member()
    partner = Actor(kind=Kind.PARTNER, key_id=new_id(), scopes=frozenset({Scope.ORDERS_WRITE}))
    own = (await orders.record(partner, a_draft(mei))).order
    others = await buys(mei)
    asked: dict[str, Any] = {"amount": 1, "reason": "broken", "idempotency_key": "k"}
    assert (await orders.refund(partner, own.id, **asked)).amount == 1
    with pytest.raises(NotFound):
        await orders.refund(partner, others.id, **asked)
    with pytest.raises(NotFound):
        await orders.refund(SYSTEM, new_id(), **asked)
    for actor in (mei, await a_member(roles=frozenset({Role.ANALYST}))):
        with pytest.raises(Forbidden):
            await orders.refund(actor, own.id, **asked)


async def test_after_any_mix_of_orders_and_refunds_the_books_are_whole() -> None:
    chance = random.Random(8)
    people = [await a_member() for _ in range(3)]

    async def shop(buyer: Actor) -> None:
        for _ in range(8):
            order = await buys(buyer, chance.randint(1, 50_000))
            if chance.random() < 0.6:
                await refunds(order, chance.choice((None, chance.randint(1, order.amount))))

    await asyncio.gather(*(shop(chance.choice(people)) for _ in range(6)))
    for actor in people:
        kept = await orders_of(actor)
        assert await points(actor) == sum(order.left // 1_000 for order in kept)
        assert await spend(actor) == sum(order.left for order in kept)
    assert (await ledger.reconcile()).is_clean
