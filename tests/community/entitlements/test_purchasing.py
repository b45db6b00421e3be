"""Passes: opened when they are bought, used up one after the other, taken back when they are refunded."""

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest

from community import database
from community.access.policy import SYSTEM
from community.entitlements import service as entitlements
from community.entitlements.rules.catalogue import DEFAULTS
from community.entitlements.rules.rights import Closing
from community.entitlements.service import BoughtLine
from community.kernel import clock, ids
from tests.community.entitlements.holders import (
    DAY,
    LOUNGE,
    PREMIUM,
    a_source,
    buys,
    clockwork,
    history,
    holds,
    story,
    until,
)
from tests.community.tiers.members import somebody

pytestmark = pytest.mark.usefixtures("database")

YEAR = "pass.articles.365d"


async def test_a_pass_opens_its_feature_for_its_days(frozen_clock: datetime) -> None:
    member = somebody()
    await buys(member)
    assert await until(member) == frozen_clock + 30 * DAY
    assert not await holds(member, LOUNGE)


async def test_two_passes_are_used_up_one_after_the_other(frozen_clock: datetime) -> None:
    member = somebody()
    await buys(member)
    with clock.frozen(frozen_clock + 5 * DAY):
        await buys(member, YEAR)
        assert await until(member) == frozen_clock + 395 * DAY
    assert await story(member) == ["granted", "prolonged"]
    with clock.frozen(frozen_clock + 30 * DAY):
        await clockwork()
        assert await holds(member)
    with clock.frozen(frozen_clock + 395 * DAY):
        assert not await holds(member)
        await clockwork()
    assert await story(member) == ["granted", "prolonged", "ended"]


async def test_three_of_one_are_three_times_as_long(frozen_clock: datetime) -> None:
    member = somebody()
    await buys(member, quantity=3)
    assert await until(member) == frozen_clock + 90 * DAY


async def test_however_many_are_bought_it_ends_within_a_century(frozen_clock: datetime) -> None:
    member = somebody()
    for _ in range(3):
        await buys(member, YEAR, quantity=2**31 - 1)
    ends = await until(member)
    assert ends
    assert ends - frozen_clock == 36_600 * DAY
    assert len(await history(member)) == 1


async def test_what_is_no_pass_opens_nothing() -> None:
    member = somebody()
    with database.counting_statements() as counted:
        await buys(member, "coffee")
        await buys(member, quantity=0)
    assert await history(member) == []
    assert counted.count == 2


async def test_a_line_opens_once_and_never_again_after_its_refund() -> None:
    member = somebody()
    bought = BoughtLine(line=str(ids.new_id()), member_id=member, sku="pass.articles.30d", quantity=1, at=clock.now())
    await entitlements.open_for_purchase([bought, bought])
    await entitlements.open_for_purchase([bought])
    assert len(await history(member)) == 1
    await entitlements.close_for_refund([bought.line], reason="changed their mind")
    await entitlements.close_for_refund([bought.line], reason="changed their mind")
    await entitlements.open_for_purchase([bought])
    assert not await holds(member)
    assert await story(member) == ["granted", "revoked"]
    (grant,) = await history(member)
    assert grant.closing_reason == "changed their mind"


async def test_a_refund_of_the_first_pass_lets_the_second_begin(frozen_clock: datetime) -> None:
    member = somebody()
    first = await buys(member)
    await buys(member)
    with clock.frozen(frozen_clock + 10 * DAY):
        await entitlements.close_for_refund([first], reason="broken")
        assert await holds(member)
        assert await until(member) == frozen_clock + 40 * DAY
    assert await story(member) == ["granted", "prolonged", "prolonged"]
    assert sorted(str(grant.closing) for grant in await history(member)) == ["None", "replaced", "revoked"]


async def test_a_refund_of_the_second_pass_leaves_the_first(frozen_clock: datetime) -> None:
    member = somebody()
    await buys(member)
    second = await buys(member)
    await entitlements.close_for_refund([second], reason="one was enough")
    assert await until(member) == frozen_clock + 30 * DAY


async def test_passes_that_waited_for_each_other_are_refunded_together() -> None:
    member = somebody()
    lines = [await buys(member) for _ in range(3)]
    await entitlements.close_for_refund(lines, reason="all of them")
    assert not await holds(member)
    assert await story(member) == ["granted", "prolonged", "prolonged", "revoked"]
    assert {grant.closing for grant in await history(member)} == {Closing.REVOKED, Closing.REPLACED}


async def test_a_refund_leaves_what_others_gave() -> None:
    member = somebody()
    line = await buys(member)
    await entitlements.grant(member, PREMIUM, a_source())
    await entitlements.close_for_refund([line], reason="broken")
    assert await holds(member)


async def test_a_refund_after_the_end_changes_nothing(frozen_clock: datetime) -> None:
    member = somebody()
    line = await buys(member)
    with clock.frozen(frozen_clock + 31 * DAY):
        await entitlements.close_for_refund([line], reason="too late")
        await clockwork()
    assert await story(member) == ["granted", "ended"]
    (grant,) = await history(member)
    assert grant.closing is Closing.ENDED


async def test_a_late_report_opens_what_is_left_of_a_pass(frozen_clock: datetime) -> None:
    member, other = somebody(), somebody()
    await buys(member, at=frozen_clock - 10 * DAY)
    assert await until(member) == frozen_clock + 20 * DAY
    await buys(other, at=frozen_clock - 60 * DAY)
    assert not await holds(other)
    assert await story(other) == []
    assert len(await history(other)) == 1


async def test_a_pass_bought_before_there_was_a_catalogue_is_long_over(frozen_clock: datetime) -> None:
    member = somebody()
    await buys(member, at=frozen_clock.replace(year=1950))
    assert not await holds(member)


async def test_a_pass_opens_what_the_catalogue_said_when_it_was_bought(frozen_clock: datetime) -> None:
    member, late = somebody(), somebody()
    with clock.frozen(frozen_clock + DAY):
        await entitlements.publish(SYSTEM, replace(DEFAULTS[0], passes=()))
        await buys(member, at=frozen_clock)
        await buys(late)
        assert await holds(member)
        assert not await holds(late)


async def test_many_lines_of_many_members_take_as_many_statements_as_one() -> None:
    counts = []
    for size in (1, 30):
        now = clock.now()
        lines = [
            BoughtLine(line=str(ids.new_id()), member_id=somebody(), sku="pass.articles.30d", quantity=1, at=now)
            for _ in range(size)
        ]
        with database.counting_statements() as counted:
            await entitlements.open_for_purchase(lines)
        counts.append(counted.count)
    assert counts[0] == counts[1] == 7


async def test_the_same_order_raced_opens_once(frozen_clock: datetime) -> None:
    member = somebody()
    bought = BoughtLine(line=str(ids.new_id()), member_id=member, sku="pass.articles.30d", quantity=1, at=frozen_clock)
    await asyncio.gather(*(entitlements.open_for_purchase([bought]) for _ in range(20)))
    assert await until(member) == frozen_clock + 30 * DAY


async def test_passes_bought_at_once_are_all_used(frozen_clock: datetime) -> None:
    member = somebody()
    await asyncio.gather(*(buys(member) for _ in range(10)))
    assert await until(member) == frozen_clock + 300 * DAY
