"""Quality gates: what a rule pays waits until enough different members reacted, once, or lapses unrewarded."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from community import database
from community.access.policy import SYSTEM, Actor
from community.engagement import jobs, queries
from community.engagement import service as engagement
from community.engagement.queries import Awaited, Effects, Standings
from community.engagement.rules.activities import OwnKind, Subject
from community.engagement.rules.programme import Gate, Limit, Rule
from community.engagement.rules.windows import Window
from community.kernel import clock
from community.kernel.ids import new_id
from community.kernel.pages import PageRequest
from community.ledger import service as ledger
from community.ledger.rules.transfers import Cause, Currency
from tests.announcements import announced
from tests.community.engagement.happenings import (
    KIND,
    a_rule,
    an_activity,
    balance,
    do,
    earned,
    id_of,
    in_force,
    later,
    refused,
)
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")


def gated(**details: object) -> Rule:
    """Ten points, once three different members reacted within a week."""
    return a_rule(**{"gate": Gate(members=3, within_days=7), **details})


def reaction(subject: Subject, fan: Actor, kind: str = "like") -> Cause:
    return Cause(OwnKind.REACTION_RECEIVED, f"{subject.id}:{fan.member_id}:{kind}")


async def reacts(fan: Actor, author: Actor, subject: Subject, kind: str = "like") -> Effects:
    """What posts records when somebody reacts."""
    received = an_activity(author, OwnKind.REACTION_RECEIVED, subject=subject, other_id=fan.member_id)
    return await engagement.record(received, cause=reaction(subject, fan, kind))


async def points(actor: Actor) -> tuple[int, int]:
    """To spend, and to come."""
    found = await balance(actor)
    return found.points, found.pending


async def fans(number: int) -> list[Actor]:
    return [await a_member() for _ in range(number)]


def somewhere() -> Subject:
    return Subject("post", new_id())


async def test_what_a_rule_pays_waits_for_enough_different_members(frozen_clock: datetime) -> None:
    await in_force(gated())
    mei, place, crowd = await a_member(), somewhere(), await fans(3)
    effects = await do(mei, KIND, subject=place)
    (what,) = effects.earned
    assert (what.amount, what.awaited) == (10, Awaited(members=3, until=frozen_clock + timedelta(days=7)))
    assert what.waits_because
    assert (what.waits_because.code, what.waits_because.data["members"]) == ("AWAITING_MEMBERS", 3)
    seen = []
    for fan in crowd:
        await reacts(fan, mei, place)
        seen.append(await points(mei))
    assert seen == [(0, 10), (0, 10), (10, 0)]
    released = [fact for fact in await announced(id_of(mei)) if fact["type"] == "reward.released"]
    assert [fact["rule"] for fact in released] == ["check_in"]


async def test_neither_oneself_nor_the_same_member_twice_nor_what_was_taken_back_counts() -> None:
    await in_force(gated())
    mei, place, (ann, bob, cid) = await a_member(), somewhere(), await fans(3)
    await do(mei, KIND, subject=place)
    await reacts(mei, mei, place)
    await reacts(ann, mei, place, "like")
    await reacts(ann, mei, place, "love")
    await reacts(bob, mei, place)
    await engagement.undo(reaction(place, bob), reason="taken back")
    await reacts(cid, mei, place)
    await reacts(ann, mei, somewhere())
    assert await points(mei) == (0, 10)
    await reacts((await fans(1))[0], mei, place)
    assert await points(mei) == (10, 0)


async def test_reactions_that_come_at_once_open_it_once() -> None:
    await in_force(gated())
    mei, place, crowd = await a_member(), somewhere(), await fans(8)
    await do(mei, KIND, subject=place)
    await asyncio.gather(*(reacts(fan, mei, place) for fan in crowd))
    assert await points(mei) == (10, 0)
    assert (await ledger.reconcile()).is_clean


async def test_where_enough_stand_behind_it_already_nothing_waits() -> None:
    await in_force(gated())
    mei, place = await a_member(), somewhere()
    for fan in await fans(3):
        await reacts(fan, mei, place)
    (what,) = (await do(mei, KIND, subject=place)).earned
    assert what.waits_because is None
    assert await points(mei) == (10, 0)


async def test_after_the_stated_time_it_lapses_unrewarded_and_still_counts_towards_limits(
    frozen_clock: datetime,
) -> None:
    await in_force(gated(limits=(Limit(window=Window.FOREVER, times=1),)))
    mei, place, (ann, bob, cid) = await a_member(), somewhere(), await fans(3)
    await do(mei, KIND, subject=place)
    for fan in (ann, bob):
        await reacts(fan, mei, place)
    with later(frozen_clock, days=6, hours=23):
        await jobs.lapse_due.work()
        assert await points(mei) == (0, 10)
    with later(frozen_clock, days=7):
        await reacts(cid, mei, place)
        assert await points(mei) == (0, 10), "too late, whether or not the clockwork came by"
        await jobs.lapse_due.work()
        await jobs.lapse_due.work()
        assert await points(mei) == (0, 0)
        assert refused(await do(mei, KIND)) == {"check_in": "LIMIT_REACHED"}
    lapsed = [fact["type"] for fact in await announced(id_of(mei)) if fact["type"].startswith("reward.")]
    assert lapsed == ["reward.lapsed"]
    assert (await ledger.reconcile()).is_clean


async def test_what_is_undone_while_it_waits_is_gone_and_waits_no_more(frozen_clock: datetime) -> None:
    await in_force(gated())
    mei, place = await a_member(), somewhere()
    await do(mei, KIND, key="post", subject=place)
    undone = await engagement.undo(Cause("test", "post"), reason="removed")
    assert (undone.taken, undone.short) == (10, 0)
    for fan in await fans(3):
        await reacts(fan, mei, place)
    with later(frozen_clock, days=8):
        await jobs.lapse_due.work()
    assert await points(mei) == (0, 0)
    assert await database.fetch_value("select count(*) from outbox_fact where type like 'reward.%'") == 0


async def test_lapsing_and_the_last_reaction_at_once_do_one_of_both(frozen_clock: datetime) -> None:
    await in_force(gated(gate=Gate(members=1, within_days=1)))
    mei, (fan,) = await a_member(), await fans(1)
    places = [somewhere() for _ in range(10)]
    for place in places:
        await do(mei, KIND, subject=place)
    with later(frozen_clock, days=1, microseconds=-1):
        opening = [asyncio.create_task(reacts(fan, mei, place)) for place in places]
        with clock.frozen(frozen_clock + timedelta(days=1)):
            await asyncio.gather(engagement.lapse_due(), *opening)
    to_spend, to_come = await points(mei)
    told = await database.fetch("select type from outbox_fact where type like 'reward.%'")
    assert (to_come, len(told)) == (0, 10)
    assert to_spend == 10 * sum(row["type"] == "reward.released" for row in told)


async def test_an_open_gate_still_leaves_the_delay(frozen_clock: datetime) -> None:
    await in_force(gated(gate=Gate(members=1), delay_days=5))
    mei, place, (fan,) = await a_member(), somewhere(), await fans(1)
    await do(mei, KIND, subject=place)
    with later(frozen_clock, days=2):
        await reacts(fan, mei, place)
        assert await points(mei) == (0, 10)
    with later(frozen_clock, days=5):
        assert await points(mei) == (10, 0)


async def test_credits_that_wait_move_nobody_and_are_on_no_leaderboard() -> None:
    await in_force(gated(currency=Currency.CREDITS, amount=200, gate=Gate(members=1)))
    mei, place, (fan,) = await a_member(), somewhere(), await fans(1)
    assert (await do(mei, KIND, subject=place)).tier_reached is None

    async def leaders() -> list[tuple[UUID, int]]:
        page = await queries.leaderboard(Standings.FOREVER, PageRequest(), clock.now())
        return [(leader.member_id, leader.credits) for leader in page.items]

    assert await leaders() == []
    await reacts(fan, mei, place)
    assert await leaders() == [(id_of(mei), 200)]


async def test_a_repeat_tells_what_it_waits_for_and_a_dry_run_too() -> None:
    await in_force(gated())
    mei, place = await a_member(), somewhere()
    first = await do(mei, KIND, key="once", subject=place)
    again = await do(mei, KIND, key="once", subject=place)
    assert again.is_repeat
    assert again.earned == first.earned
    (verdict,) = await engagement.dry_run(SYSTEM, engagement.supposed(kind=KIND, member_id=id_of(mei)))
    assert verdict.earned
    assert verdict.earned.awaited
    assert verdict.earned.awaited.members == 3


async def test_what_is_about_nothing_passes_no_gate_and_what_waits_for_its_own_event_has_none() -> None:
    await in_force(gated())
    mei, place = await a_member(), somewhere()
    assert (await do(mei, KIND, subject=None)).earned == []
    waits = await do(mei, KIND, subject=place, pending_for="first order")
    assert earned(waits) == {"check_in": 10}
    assert waits.earned[0].waits_because
    assert waits.earned[0].waits_because.code == "AWAITING_EVENT"
