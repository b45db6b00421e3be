"""Leaderboards: ranks page by page, in the programme's weeks and months; and scores that are what grants add up to."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest
import pytest_asyncio

from community import database as db
from community.access.policy import Actor, Kind, Scope
from community.engagement import service as engagement
from community.engagement.queries import LeaderView, Standings, leaderboard
from community.engagement.queries.leaderboards import BOARDS, SHAPE
from community.engagement.rules.activities import OwnKind, Subject
from community.engagement.rules.programme import Gate
from community.engagement.rules.windows import Window, span_of
from community.kernel import clock
from community.kernel.ids import new_id
from community.kernel.pages import Page, PageRequest
from community.ledger.rules.transfers import Currency
from tests.community.engagement.happenings import KIND, a_cause, a_rule, do, id_of, in_force, later
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")

ADDS_UP = "each score is what the member earned in its time and kept"
A_KEY = Actor(kind=Kind.PARTNER, key_id=new_id(), scopes=frozenset({Scope.ACTIVITIES_WRITE}))
MANY = 3_000


@pytest_asyncio.fixture
async def intruder(database: str) -> AsyncIterator[asyncpg.Connection]:
    """Somebody who writes what they like."""
    connection = await asyncpg.connect(database, server_settings={"session_replication_role": "replica"})
    yield connection
    await connection.close()


async def credits_in_force() -> None:
    """KIND earns a credit for each of its quantity."""
    await in_force(a_rule(currency=Currency.CREDITS, per=1, amount=1))


async def standings(period: Standings = Standings.MONTH) -> dict[UUID, int]:
    """Each member on the board, with their credits."""
    page = await leaderboard(period, PageRequest.of(first=100), clock.now())
    return {leader.member_id: leader.credits for leader in page.items}


async def what_is_broken() -> str | None:
    return (await engagement.reconcile())[ADDS_UP]


async def test_every_page_in_both_directions_shows_the_ranks_of_the_whole() -> None:
    await credits_in_force()
    amounts = [5, 3, 9, 3, 3, 1, 9, 3, 1]
    earned = {id_of(await a_member()): amount for amount in amounts}
    for member_id, amount in earned.items():
        await do(Actor(kind=Kind.MEMBER, member_id=member_id), KIND, quantity=amount)
    whole = [
        LeaderView(member_id=member_id, credits=amount, rank=1 + sum(other > amount for other in amounts))
        for member_id, amount in sorted(earned.items(), key=lambda each: (-each[1], each[0]))
    ]
    for size in range(1, len(whole) + 2):
        assert await walked(size, forward=True) == whole
        assert await walked(size, forward=False) == whole


async def walked(size: int, *, forward: bool) -> list[LeaderView]:
    """The whole board, in pages of a size."""
    found: list[LeaderView] = []
    cursor: str | None = None
    while True:
        page = await a_page(size, cursor, forward=forward)
        found = [*found, *page.items] if forward else [*page.items, *found]
        if not (page.has_next if forward else page.has_previous):
            return found
        cursor = page.cursors[-1 if forward else 0]


async def a_page(size: int, cursor: str | None, *, forward: bool) -> Page[LeaderView]:
    request = (
        PageRequest.of(first=size, after=cursor, shape=SHAPE)
        if forward
        else PageRequest.of(last=size, before=cursor, shape=SHAPE)
    )
    return await leaderboard(Standings.FOREVER, request, clock.now())


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
async def test_the_first_page_reads_no_more_scores_than_it_shows(intruder: asyncpg.Connection, mode: str) -> None:
    now = clock.now()
    await intruder.execute(
        "insert into engagement_score select board.period, board.since, gen_random_uuid(), n % 10 + 1"
        f" from generate_series(1, $2::int) n, {BOARDS.format(at='$1::timestamptz')}",
        now,
        MANY,
    )
    await intruder.execute("analyze engagement_score")
    with db.counting_statements() as counted:
        page = await leaderboard(Standings.MONTH, PageRequest.of(first=10), now)
    assert [(leader.credits, leader.rank) for leader in page.items] == [(10, 1)] * 10
    (statement,) = counted.statements
    await intruder.execute(f"set plan_cache_mode = {mode}")
    explained = await intruder.fetchval(f"explain (analyze, timing off, format json) {statement}", "month", now)
    assert scores_read(orjson.loads(explained)[0]["Plan"]) <= 11


def scores_read(plan: dict[str, Any]) -> float:
    """How many rows of scores the plan looked at."""
    own = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
    here = own * plan["Actual Loops"] if plan.get("Relation Name") == "engagement_score" else 0
    return float(here + sum(map(scores_read, plan.get("Plans", []))))


async def test_a_board_has_the_weeks_and_months_of_the_programmes_zone() -> None:
    instant = datetime(2026, 10, 1, tzinfo=UTC)
    for zone in ("UTC", "Asia/Taipei", "America/Los_Angeles", "Pacific/Chatham", "America/Sao_Paulo"):
        for period in (Standings.WEEK, Standings.MONTH):
            span = span_of(Window(period), instant, zone, 1)
            assert span.since
            assert span.until
            edges = [span.since - timedelta(microseconds=1), span.since, span.until - timedelta(microseconds=1)]
            before, first, last = [await board_at(each, zone, period) for each in edges]
            assert before < first == last < await board_at(span.until, zone, period)


async def board_at(instant: datetime, zone: str, period: Standings) -> object:
    boards = BOARDS.format(at="$1::timestamptz").replace("engagement_calendar", "(select $2::text as time_zone)")
    return await db.fetch_value(f"select since from {boards} where period = $3", instant, zone, period.value)


async def test_what_is_reported_late_counts_when_it_happened(frozen_clock: datetime) -> None:
    with later(frozen_clock, days=-3):
        await credits_in_force()
    mei = await a_member()
    for days, quantity in ((0, 1), (1, 20), (2, 300)):
        report = engagement.Report(
            external_id=str(days),
            kind=KIND,
            member_id=id_of(mei),
            occurred_at=frozen_clock - timedelta(days=days),
            quantity=quantity,
        )
        await engagement.report(A_KEY, [report])
    # It is a Monday, the second of the month.
    assert [await standings(period) for period in Standings] == [{id_of(mei): n} for n in (1, 21, 321)]
    assert await what_is_broken() is None


async def test_points_are_on_no_board_and_nobody_is_there_for_nothing() -> None:
    await in_force(a_rule(), a_rule(code="credits", currency=Currency.CREDITS, per=1, amount=1))
    mei, lin = await a_member(), await a_member()
    await do(mei, KIND, quantity=0)
    await do(lin, KIND, key="gone", quantity=7)
    await engagement.reduce(a_cause("gone"), 0, part="all", reason="refund")
    assert await standings() == {}
    assert await what_is_broken() is None


async def test_what_waits_for_members_counts_once_they_came_until_it_is_taken_back(frozen_clock: datetime) -> None:
    gate = Gate(members=1)
    await in_force(a_rule(currency=Currency.CREDITS, gate=gate))
    mei, fan = await a_member(), await a_member()
    liked, unseen = (Subject("post", new_id()) for _ in range(2))
    for post in (liked, unseen):
        await do(mei, KIND, key=str(post.id), subject=post)
    assert await standings() == {}

    for _ in range(2):
        await do(mei, OwnKind.REACTION_RECEIVED, subject=liked, other_id=fan.member_id)
    assert await standings() == {id_of(mei): 10}

    with later(frozen_clock, days=gate.within_days):
        assert await engagement.lapse_due() == 1
        assert await standings(Standings.FOREVER) == {id_of(mei): 10}
        assert await what_is_broken() is None
        for post in (liked, unseen):
            await engagement.undo(a_cause(str(post.id)), reason="removed")
        assert await standings(Standings.FOREVER) == {}
    assert await what_is_broken() is None


async def test_awards_and_taking_back_at_once_add_up() -> None:
    await credits_in_force()
    crowd = [await a_member() for _ in range(3)]
    for number in range(10):
        await do(crowd[0], KIND, key=f"old {number}", quantity=100)
    await asyncio.gather(
        *(do(member, KIND, quantity=1) for member in crowd for _ in range(10)),
        *(engagement.undo(a_cause(f"old {number}"), reason="removed") for number in range(9) for _ in range(2)),
        *(engagement.reduce(a_cause("old 9"), 40, part="half", reason="refund") for _ in range(3)),
    )
    for period in Standings:
        assert await standings(period) == {id_of(crowd[0]): 50, id_of(crowd[1]): 10, id_of(crowd[2]): 10}
    assert await what_is_broken() is None


@pytest_asyncio.fixture
async def in_utc() -> AsyncIterator[None]:
    """The programme is in UTC again in the end."""
    yield
    await engagement.follow_time_zone("UTC")


@pytest.mark.usefixtures("in_utc")
async def test_another_time_zone_moves_what_was_earned_to_its_days(frozen_clock: datetime) -> None:
    with later(frozen_clock, days=-3):
        await credits_in_force()
    mei = await a_member()
    with later(frozen_clock, days=-1, hours=8):  # the first of March in UTC, and the second, a Monday, in Taipei
        await do(mei, KIND, key="early", quantity=5)
    await do(mei, KIND, quantity=1)
    assert await standings(Standings.WEEK) == {id_of(mei): 1}

    assert await engagement.follow_time_zone("Asia/Taipei") is True
    assert await engagement.follow_time_zone("Asia/Taipei") is False
    assert await standings(Standings.WEEK) == {id_of(mei): 6}
    assert await what_is_broken() is None
    await engagement.undo(a_cause("early"), reason="removed")
    assert await standings(Standings.WEEK) == {id_of(mei): 1}
    assert await what_is_broken() is None


@pytest.mark.usefixtures("in_utc")
async def test_what_is_earned_while_the_time_zone_changes_is_counted_once() -> None:
    await credits_in_force()
    crowd = [await a_member() for _ in range(4)]
    await asyncio.gather(
        *(do(member, KIND, quantity=1) for member in crowd for _ in range(10)),
        *(engagement.follow_time_zone(zone) for zone in ("Asia/Taipei", "America/Los_Angeles", "Asia/Tokyo")),
    )
    assert await standings(Standings.FOREVER) == {id_of(member): 10 for member in crowd}
    assert await what_is_broken() is None


@pytest.mark.parametrize(
    "tampering",
    [
        "update engagement_score set credits = credits + 1 where period = 'month'",
        "update engagement_score set since = since - 7 where period = 'week'",
        "delete from engagement_score where period = 'forever'",
        "insert into engagement_score values ('week', '2020-01-06', gen_random_uuid(), 3)",
        "update engagement_grant set amount = amount + 1",
        "delete from engagement_grant",
    ],
)
async def test_whatever_is_changed_behind_its_back_is_found(intruder: asyncpg.Connection, tampering: str) -> None:
    await do(await a_member())
    assert await what_is_broken() is None
    await intruder.execute(tampering)
    assert await what_is_broken() is not None


async def test_the_migration_counts_what_was_granted_before(
    intruder: asyncpg.Connection, frozen_clock: datetime
) -> None:
    await in_force(
        a_rule(currency=Currency.CREDITS, per=1, amount=1),
        a_rule(code="gated", currency=Currency.CREDITS, gate=Gate(members=2)),
        a_rule(code="points"),
    )
    mei, lin = await a_member(), await a_member()
    await do(mei, KIND, key="whole", quantity=30)
    await do(mei, KIND, key="part", quantity=30)
    await do(lin, KIND, key="gone", quantity=30)
    await engagement.reduce(a_cause("part"), 20, part="some", reason="refund")
    await engagement.undo(a_cause("gone"), reason="refund")
    with later(frozen_clock, days=40):
        await do(lin, KIND, quantity=4)
        assert await standings(Standings.FOREVER) == {id_of(mei): 50, id_of(lin): 4}
    kept = await intruder.fetch(SCORES)
    assert len(kept) == 6

    transaction = intruder.transaction()
    await transaction.start()
    migration = import_module("community.migrations.0019_engagement_scores")
    for sql in [*migration.BACKWARD, *migration.FORWARD]:
        await intruder.execute(sql)
    assert await intruder.fetch(SCORES) == kept
    await transaction.rollback()


SCORES = "select * from engagement_score where credits <> 0 order by member_id, period, since"
