"""Dry runs and publishing."""

from datetime import datetime, timedelta

import pytest

from community import database
from community.access.policy import SYSTEM, Actor, Role
from community.engagement import errors, queries
from community.engagement import service as engagement
from community.engagement.rules.activities import OwnKind
from community.engagement.rules.programme import DEFAULT, Condition, Gate, Limit, Programme, Test
from community.engagement.rules.windows import Window
from community.kernel.errors import Forbidden, NotFound
from community.kernel.ids import new_id
from tests.community.engagement.happenings import KIND, a_rule, an_activity, do, earned, in_force, later
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")


async def an_analyst() -> Actor:
    return await a_member(roles=frozenset({Role.ANALYST}))


async def test_a_dry_run_says_what_each_rule_would_do_and_why_not_and_writes_nothing() -> None:
    asks = Condition(of="floor", test=Test.AT_LEAST, values=(3,))
    await in_force(
        a_rule(),
        a_rule(code="high", conditions=(asks,)),
        a_rule(code="once", limits=(Limit(window=Window.DAY, times=1),)),
    )
    mei = await a_member()
    await do(mei, KIND)
    before = await database.fetch_value("select count(*) from engagement_activity")

    verdicts = await engagement.dry_run(await an_analyst(), an_activity(mei, KIND, metadata={"floor": 1}))

    told = {v.rule.code: v.earned.amount if v.earned else str(v.reason).partition(". Back")[0] for v in verdicts}
    assert told == {
        "check_in": 10,
        "high": "This counts only with floor ≥ 3.",
        "once": "The daily limit of 1 is reached",
    }
    assert {v.version for v in verdicts} == {"2"}
    assert await database.fetch_value("select count(*) from engagement_activity") == before


async def test_a_dry_run_is_for_staff_and_for_members_who_exist() -> None:
    mei = await a_member()
    with pytest.raises(Forbidden):
        await engagement.dry_run(mei, an_activity(mei))
    with pytest.raises(NotFound):
        await engagement.dry_run(await an_analyst(), an_activity(mei, member_id=new_id()))


async def test_the_first_version_is_in_force_since_ever() -> None:
    (first,) = await queries.programmes()
    assert (first.version, first.programme) == ("1", DEFAULT)


async def test_published_rules_are_in_force_from_their_start_on(frozen_clock: datetime) -> None:
    programme = Programme(rules=(a_rule(trigger=OwnKind.POST_WRITTEN, amount=1),))
    published = await engagement.publish(SYSTEM, programme, starts_at=frozen_clock + timedelta(days=1))
    assert published.version == "2"
    mei = await a_member()
    assert earned(await do(mei)) == {"post": 10}
    with later(frozen_clock, days=1):
        assert earned(await do(mei)) == {"check_in": 1}
        assert (await queries.programme_at(frozen_clock)).version == "1"
    assert (await queries.programme_at(frozen_clock + timedelta(days=1))).programme == programme


async def test_rules_do_not_begin_in_the_past_nor_before_others(frozen_clock: datetime) -> None:
    with pytest.raises(errors.EarningRulesStartTooEarly):
        await engagement.publish(SYSTEM, DEFAULT, starts_at=frozen_clock - timedelta(seconds=1))
    await engagement.publish(SYSTEM, DEFAULT, starts_at=frozen_clock + timedelta(days=2))
    with pytest.raises(errors.EarningRulesStartTooEarly):
        await engagement.publish(SYSTEM, DEFAULT, starts_at=frozen_clock + timedelta(days=2))


async def test_who_may_not_publish_does_not() -> None:
    with pytest.raises(Forbidden):
        await engagement.publish(await an_analyst(), DEFAULT)


@pytest.mark.parametrize(
    ("flaw", "programme"),
    [
        ("duplicate_rule", Programme(rules=(a_rule(), a_rule()))),
        ("rule_code", Programme(rules=(a_rule(code="No Code"),))),
        ("trigger", Programme(rules=(a_rule(trigger="nothing"),))),
        ("amount", Programme(rules=(a_rule(amount=0),))),
        ("amount", Programme(rules=(a_rule(amount=-5),))),
        ("per", Programme(rules=(a_rule(per=0),))),
        ("condition", Programme(rules=(a_rule(conditions=(Condition(of="x", test=Test.AT_LEAST, values=("a",)),)),))),
        ("multiplier", Programme(rules=(a_rule(multipliers={"silver": -1}),))),
        ("limit", Programme(rules=(a_rule(limits=(Limit(window=Window.DAY),)),))),
        ("cooldown", Programme(rules=(a_rule(cooldown_minutes=0),))),
        ("delay", Programme(rules=(a_rule(delay_days=1_000),))),
        ("gate", Programme(rules=(a_rule(), a_rule(code="gated", gate=Gate(members=0))))),
        ("gate", Programme(rules=(a_rule(gate=Gate(members=1, within_days=0)),))),
        ("gate", Programme(rules=(a_rule(gate=Gate(members=1, counts="whatever")),))),
        ("amount", Programme(rules=(a_rule(amount=10**13),))),
        ("period", Programme(rules=(), period_months=0)),
        ("too_many_rules", Programme(rules=tuple(a_rule(code=f"r{n}") for n in range(101)))),
    ],
)
async def test_rules_that_make_no_sense_are_not_published(flaw: str, programme: Programme) -> None:
    with pytest.raises(errors.InvalidEarningRules) as refusal:
        await engagement.publish(SYSTEM, programme)
    assert refusal.value.flaw == flaw
    assert refusal.value.rule == (programme.rules[-1].code if flaw not in ("period", "too_many_rules") else None)
