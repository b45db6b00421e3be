"""Activities from outside: in bulk, each with its own answer, once for each external id."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from community import database
from community.access.policy import ANONYMOUS, Actor, Kind, Scope
from community.engagement import service as engagement
from community.engagement.rules.activities import OwnKind
from community.engagement.rules.programme import Limit
from community.engagement.rules.windows import Window
from community.engagement.service import Report, ReportAnswer
from community.kernel import clock
from community.kernel.errors import BadInput, Forbidden, Unauthenticated
from community.kernel.ids import new_id
from tests.community.engagement.happenings import KIND, a_rule, balance, earned, id_of, in_force, refused
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")


def a_key(*scopes: Scope) -> Actor:
    return Actor(kind=Kind.PARTNER, key_id=new_id(), scopes=frozenset(scopes or {Scope.ACTIVITIES_WRITE}))


def a_report(member: Actor, external_id: str = "1", **details: Any) -> Report:
    known = {"external_id": external_id, "kind": KIND, "member_id": id_of(member), "occurred_at": clock.now()}
    return Report(**{**known, **details})


def code(answer: ReportAnswer) -> str | None:
    return answer.problem.code if answer.problem else None


async def test_a_till_reports_and_members_earn() -> None:
    await in_force(a_rule())
    mei, lin = await a_member(), await a_member()
    answers = await engagement.report(a_key(), [a_report(mei, "1"), a_report(lin, "2")])
    assert [earned(answer.effects) for answer in answers if answer.effects] == [{"check_in": 10}] * 2
    assert [(await balance(each)).points for each in (mei, lin)] == [10, 10]


async def test_a_report_sent_again_gets_the_first_answer() -> None:
    await in_force(a_rule())
    mei, key = await a_member(), a_key()
    report = a_report(mei)
    (first,), (again,) = await engagement.report(key, [report]), await engagement.report(key, [report])
    assert first.effects
    assert again.effects
    assert (again.effects.earned, again.effects.is_repeat) == (first.effects.earned, True)
    assert (await balance(mei)).points == 10


async def test_reports_sent_at_once_count_once() -> None:
    await in_force(a_rule())
    people, key = [await a_member() for _ in range(3)], a_key()
    reports = [a_report(actor, f"{actor.member_id}") for actor in people]
    await asyncio.gather(*(engagement.report(key, reports if n % 2 else reports[::-1]) for n in range(8)))
    assert [(await balance(each)).points for each in people] == [10] * 3


async def test_each_report_has_an_answer_of_its_own() -> None:
    await in_force(a_rule())
    mei, key = await a_member(), a_key()
    now = clock.now()
    await engagement.report(key, [a_report(mei, "used", quantity=1)])
    answers = await engagement.report(
        key,
        [
            a_report(mei, "fine"),
            a_report(mei, "used", quantity=2),
            a_report(mei, "nobody", member_id=new_id()),
            a_report(mei, ""),
            a_report(mei, "own kind", kind=OwnKind.ORDER_PAID),
            a_report(mei, "no kind", kind="x" * 41),
            a_report(mei, "tomorrow", occurred_at=now + timedelta(days=1)),
            a_report(mei, "long ago", occurred_at=now - timedelta(days=400)),
            a_report(mei, "negative", quantity=-1),
            a_report(mei, "huge", quantity=10**13),
            a_report(mei, "odd metadata", metadata={"a b": 1}),
            a_report(mei, "zero byte", about="a\0b"),
            a_report(mei, "fine"),
        ],
    )
    assert [code(answer) for answer in answers] == [
        None,
        "EXTERNAL_ID_REUSED",
        "UNKNOWN_MEMBER",
        *["INVALID_ACTIVITY"] * 9,
        None,
    ]
    assert answers[-1].effects
    assert answers[-1].effects.is_repeat
    assert (await balance(mei)).points == 20


async def test_two_keys_may_use_the_same_ids_and_names() -> None:
    await in_force(a_rule())
    mei = await a_member()
    for key in (a_key(), a_key()):
        await engagement.report(key, [a_report(mei, about="shop 1")])
    assert (await balance(mei)).points == 20


async def test_what_it_is_about_counts_once() -> None:
    await in_force(a_rule())
    mei = await a_member()
    answers = await engagement.report(a_key(), [a_report(mei, str(n), about="fair 2026") for n in range(2)])
    assert [refused(answer.effects) for answer in answers if answer.effects] == [{}, {"check_in": "COUNTED_BEFORE"}]


async def test_a_thousand_at_once_hold_the_limits_in_few_statements() -> None:
    await in_force(a_rule(limits=(Limit(window=Window.DAY, times=2),)))
    people = [await a_member() for _ in range(5)]
    reports = [a_report(people[n % 5], str(n)) for n in range(1_000)]
    with database.counting_statements() as counted:
        answers = await engagement.report(a_key(), reports)
    assert sum(bool(answer.effects and answer.effects.earned) for answer in answers) == 10
    assert [(await balance(each)).points for each in people] == [20] * 5
    assert counted.count <= 10 * 12


async def test_more_than_a_thousand_are_refused_as_a_whole() -> None:
    mei = await a_member()
    with pytest.raises(BadInput):
        await engagement.report(a_key(), [a_report(mei, str(n)) for n in range(1_001)])


async def test_only_a_key_made_for_it_may_report() -> None:
    mei = await a_member()
    for actor, refusal in ((ANONYMOUS, Unauthenticated), (mei, Forbidden), (a_key(Scope.EVENTS_READ), Forbidden)):
        with pytest.raises(refusal):
            await engagement.report(actor, [a_report(mei)])
