"""Clicks are written down once, counted once an hour, told of by the minute; their traces are forgotten."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from community import database
from community.kernel import clock, ids
from community.referrals import queries, tokens, traces
from community.referrals import service as referrals
from community.referrals.queries import LinkView
from community.referrals.rules.clicks import Arrival
from tests.announcements import announced
from tests.community.referrals.friends import a_click, a_referrer, id_made_at

pytestmark = pytest.mark.usefixtures("database", "frozen_clock")


async def stats(link: LinkView) -> tuple[int, int, int, int]:
    found = (await queries.stats_of_links([link.id]))[link.id]
    return found.clicks, found.repeats, found.bots, found.untracked


async def test_clicks_count_once_an_hour_for_each_link_and_visitor() -> None:
    _, link = await a_referrer()
    _, other = await a_referrer()
    same = [a_click(link, ago=timedelta(minutes=minutes)) for minutes in (150, 130, 100, 80)]
    elsewhere = [a_click(other, ago=timedelta(minutes=80)), a_click(link, agent="Mozilla/5.0 (Macintosh)")]
    assert await referrals.keep_clicks(ids.new_id(), same[:2]) == 1
    assert await referrals.keep_clicks(ids.new_id(), [*same[2:], *elsewhere]) == 3
    assert await stats(link) == (3, 2, 0, 0)
    assert await stats(other) == (1, 0, 0, 0)


async def test_what_is_no_visit_is_counted_apart_and_leaves_no_row() -> None:
    _, link = await a_referrer()
    kinds = [Arrival.BOT, Arrival.BOT, Arrival.HEAD, Arrival.PREFETCH, Arrival.UNTRACKED]
    assert await referrals.keep_clicks(ids.new_id(), [a_click(link, arrival=kind) for kind in kinds]) == 0
    assert await stats(link) == (0, 0, 2, 1)
    assert await database.fetch_value("select count(*) from referrals_click") == 0


async def test_a_batch_that_comes_again_or_at_once_changes_nothing() -> None:
    _, link = await a_referrer()
    batch = ids.new_id(), [a_click(link), a_click(link, arrival=Arrival.BOT)]
    assert sum(await asyncio.gather(*[referrals.keep_clicks(*batch) for _ in range(5)])) == 1
    assert await stats(link) == (1, 0, 1, 0)


async def test_a_visitor_who_comes_through_several_processes_at_once_counts_once() -> None:
    _, link = await a_referrer()
    batches = [(ids.new_id(), [a_click(link)]) for _ in range(8)]
    assert sum(await asyncio.gather(*[referrals.keep_clicks(*batch) for batch in batches])) == 1
    assert await stats(link) == (1, 7, 0, 0)


async def test_visitors_are_told_of_once_however_many_tell() -> None:
    _, link = await a_referrer()
    await referrals.keep_clicks(ids.new_id(), [a_click(link, address=f"192.0.2.{n}") for n in range(5)])
    assert sum(await asyncio.gather(*[referrals.announce_visitors() for _ in range(4)])) == 1
    await referrals.keep_clicks(ids.new_id(), [a_click(link, address="192.0.2.9")])
    await referrals.announce_visitors()
    told = [fact["visitors"] for fact in await announced(link.id) if fact["type"] == "visitor.arrived"]
    assert told == [5, 1]


async def test_after_a_month_no_trace_is_left_and_the_click_still_counts() -> None:
    _, link = await a_referrer()
    await referrals.keep_clicks(ids.new_id(), [a_click(link)])
    with clock.frozen(clock.now() + timedelta(days=31)):
        await referrals.forget_traces()
    row = await database.fetch_one("select visitor, household from referrals_click")
    assert row is not None
    assert tuple(row) == (None, None)
    assert await stats(link) == (1, 0, 0, 0)


def test_traces_tell_nothing_across_days_and_hold_nothing_readable() -> None:
    today, tomorrow = clock.now(), clock.now() + timedelta(days=1)
    found = traces.traces_of("192.0.2.1", "phone", today)
    assert found == traces.traces_of("192.0.2.1", "phone", today)
    assert found.household == traces.household_of("192.0.2.1", today) != found.visitor
    assert found.visitor != traces.traces_of("192.0.2.1", "phone", tomorrow).visitor
    assert b"192" not in found.visitor
    assert traces.household_of("2001:db8::1", today) == traces.household_of("2001:db8::2", today)


def test_a_click_id_says_which_click_and_none_can_be_made_up(frozen_clock: datetime) -> None:
    click_id, link_id = id_made_at(frozen_clock), ids.new_id()
    token = tokens.write(click_id, link_id)
    found = tokens.read(token)
    assert found is not None
    assert (found.click_id, found.link_id, found.at) == (click_id, link_id, frozen_clock)
    changed = [
        token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :] for place in range(len(token))
    ]
    assert [tokens.read(each) for each in [*changed, "", token + "A", token[:-1], "梅", "=" * 59]] == [None] * 64


def test_an_id_says_when_it_was_made() -> None:
    before = datetime.now(UTC)
    made_at = ids.time_of(ids.new_id())
    assert before - timedelta(milliseconds=1) < made_at <= datetime.now(UTC)
