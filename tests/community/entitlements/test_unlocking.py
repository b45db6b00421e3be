"""Paying with points: once, for what is not held, and only with what is there."""

from datetime import datetime
from functools import partial
from uuid import UUID

import pytest

from community.access.policy import ANONYMOUS, SYSTEM, Actor
from community.entitlements import errors
from community.entitlements import service as entitlements
from community.entitlements.rules.rights import SourceKind
from community.idempotency.errors import IdempotencyKeyMalformed, IdempotencyKeyReused
from community.kernel import clock, ids
from community.kernel.errors import Unauthenticated
from community.ledger import errors as ledger_errors
from community.ledger import queries as ledger_queries
from community.ledger import service as ledger
from community.ledger.rules.transfers import Cause, Currency
from community.members import errors as members_errors
from community.members import service as members
from community.members.rules import Ability
from tests.announcements import announced
from tests.community.entitlements.holders import DAY, LOUNGE, PREMIUM, a_source, history, holds, right, story, until
from tests.community.ledger.awards import crowd
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")

PRICE = 200


async def a_member_with(points: int) -> tuple[Actor, UUID]:
    member = await a_member()
    assert member.member_id
    if points:
        await ledger.award(member.member_id, Currency.POINTS, points, Cause("test", str(ids.new_id())))
    return member, member.member_id


async def points_of(member_id: UUID) -> int:
    return (await ledger_queries.balances_of([member_id], clock.now()))[member_id].points


async def test_points_open_a_feature_for_some_days(frozen_clock: datetime) -> None:
    member, member_id = await a_member_with(250)
    paid = await entitlements.unlock(member, PREMIUM, idempotency_key="now")
    assert (paid.points, paid.ends_at) == (PRICE, frozen_clock + 7 * DAY)
    assert await points_of(member_id) == 50
    held = await right(member_id)
    assert held
    assert [each.source.kind for each in held.sources] == [SourceKind.POINTS]
    with clock.frozen(frozen_clock + 7 * DAY):
        assert not await holds(member_id)
    (spent,) = [fact for fact in await announced(member_id) if fact["type"] == "points.spent"]
    assert (spent["purpose"], spent["cause_key"]) == (PREMIUM, held.sources[0].source.key)
    assert await story(member_id) == ["granted"]


async def test_the_same_key_pays_once() -> None:
    member, member_id = await a_member_with(1_000)
    first = await entitlements.unlock(member, PREMIUM, idempotency_key="now")
    assert await entitlements.unlock(member, PREMIUM, idempotency_key="now") == first
    assert await points_of(member_id) == 800
    with pytest.raises(IdempotencyKeyReused):
        await entitlements.unlock(member, "early_access", idempotency_key="now")
    with pytest.raises(IdempotencyKeyMalformed):
        await entitlements.unlock(member, "early_access", idempotency_key="")


async def test_it_can_be_opened_again_when_it_is_over(frozen_clock: datetime) -> None:
    member, member_id = await a_member_with(1_000)
    await entitlements.unlock(member, PREMIUM, idempotency_key="first")
    with clock.frozen(frozen_clock + 8 * DAY):
        await entitlements.unlock(member, PREMIUM, idempotency_key="second")
        assert await points_of(member_id) == 600
        assert await until(member_id) == frozen_clock + 15 * DAY
    assert await story(member_id) == ["granted", "ended", "granted"]


async def test_what_is_held_already_costs_nothing(frozen_clock: datetime) -> None:
    member, member_id = await a_member_with(1_000)
    await entitlements.grant(member_id, PREMIUM, a_source(), ends_at=frozen_clock + DAY)
    with pytest.raises(errors.AlreadyHeld) as refused:
        await entitlements.unlock(member, PREMIUM, idempotency_key="now")
    assert refused.value.until == frozen_clock + DAY
    assert await points_of(member_id) == 1_000


async def test_too_few_points_open_nothing_and_none_are_taken() -> None:
    member, member_id = await a_member_with(199)
    with pytest.raises(ledger_errors.InsufficientPoints) as refused:
        await entitlements.unlock(member, PREMIUM, idempotency_key="now")
    assert (refused.value.balance, refused.value.needed) == (199, PRICE)
    assert not await holds(member_id)
    assert await history(member_id) == []
    await ledger.award(member_id, Currency.POINTS, 1, Cause("test", "one more"))
    await entitlements.unlock(member, PREMIUM, idempotency_key="now")
    assert await points_of(member_id) == 0


async def test_who_may_not_spend_opens_nothing() -> None:
    member, member_id = await a_member_with(1_000)
    await members.restrict(SYSTEM, member_id, Ability.SPEND, reason="under review")
    with pytest.raises(members_errors.MayNotSpend):
        await entitlements.unlock(member, PREMIUM, idempotency_key="now")
    assert not await holds(member_id)


async def test_what_points_do_not_open_is_refused() -> None:
    member, _ = await a_member_with(1_000)
    for feature in (LOUNGE, f"content.{ids.new_id().hex}"):
        with pytest.raises(errors.NotForPoints):
            await entitlements.unlock(member, feature, idempotency_key="now")
    for unknown in ("sauna", "no\0key", "x" * 300):
        with pytest.raises(errors.UnknownFeature):
            await entitlements.unlock(member, unknown, idempotency_key="now")
    with pytest.raises(Unauthenticated):
        await entitlements.unlock(ANONYMOUS, PREMIUM, idempotency_key="now")


async def test_200_unlocks_at_once_spend_once() -> None:
    member, member_id = await a_member_with(50_000)
    results = await crowd(
        partial(entitlements.unlock, member, PREMIUM, idempotency_key=f"tap {number}") for number in range(200)
    )
    assert len([each for each in results if isinstance(each, entitlements.Unlocked)]) == 1
    assert len([each for each in results if isinstance(each, errors.AlreadyHeld)]) == 199
    assert await points_of(member_id) == 50_000 - PRICE
    assert len(await history(member_id)) == 1
    assert await story(member_id) == ["granted"]


async def test_the_same_tap_at_once_spends_once() -> None:
    member, member_id = await a_member_with(50_000)
    results = await crowd([partial(entitlements.unlock, member, PREMIUM, idempotency_key="tap")] * 50)
    assert len(set(results)) == 1
    assert await points_of(member_id) == 50_000 - PRICE
