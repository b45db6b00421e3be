"""Engagement through the graph: effects as clients read them, reports, dry runs, leaderboards, views."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from graphql import GraphQLError

from community import database
from community.access.policy import ANONYMOUS, Actor, Kind, Role, Scope
from community.engagement import recorder
from community.engagement.rules.activities import OwnKind
from community.engagement.rules.programme import Limit
from community.engagement.rules.windows import Window
from community.kernel import clock
from community.kernel.errors import BadInput, Forbidden, InvalidId, NotFound, Unauthenticated
from community.kernel.ids import new_id
from community.ledger.rules.transfers import Currency
from community.members import service as members
from schema.context import Context
from schema.nodes import encode_id
from tests.community.engagement.happenings import KIND, a_rule, do, id_of, in_force, later
from tests.factories import a_member, a_post
from tests.graph import ask, member_id

pytestmark = pytest.mark.usefixtures("database")

EFFECTS = """
  effects {
    isRepeat tierReached { key } progress { tracks { track value } }
    earned { currency amount rule isPending pendingUntil } refused { rule code message until }
  }
"""
VISIT = f"mutation {{ visit {{ ... on VisitPayload {{ {EFFECTS} }} }} }}"
READ = f"""
  mutation ($id: ID!, $seconds: Int!) {{
    reportView(input: {{ subjectId: $id, dwellSeconds: $seconds }}) {{ ... on ReportViewPayload {{ {EFFECTS} }} }}
  }}
"""
RECORD = f"""
  mutation ($activities: [ActivityInput!]!) {{
    recordActivities(input: {{ activities: $activities }}) {{
      ... on RecordActivitiesPayload {{
        answers {{
          externalId {EFFECTS}
          problem {{ __typename ... on Problem {{ code message }} ... on InvalidActivity {{ field }} }}
        }}
      }}
    }}
  }}
"""
TRY = """
  query ($input: DryRunInput!) {
    dryRunActivity(input: $input) { rule version earned { amount } refused { code } }
  }
"""
RULES = """
  query ($at: DateTime) {
    earningRules(at: $at) {
      code trigger currency amount per conditions version startsAt
      limits { window times amount } multipliers { tier percent }
    }
  }
"""
LEADERS = """
  query ($after: String, $period: LeaderboardPeriod! = MONTH) {
    leaderboard(period: $period, first: 2, after: $after) {
      nodes { rank credits member { handle } } pageInfo { hasNextPage endCursor }
    }
  }
"""

A_KEY = Actor(kind=Kind.PARTNER, key_id=new_id(), scopes=frozenset({Scope.ACTIVITIES_WRITE}))


def a_report(actor: Actor, external_id: str = "1", **details: Any) -> dict[str, Any]:
    known = {"externalId": external_id, "kind": KIND, "memberId": member_id(actor)}
    return {**known, "occurredAt": clock.now().isoformat(), **details}


async def test_a_visit_tells_what_it_earned_and_then_when_to_be_back(frozen_clock: datetime) -> None:
    mei = await a_member(time_zone="Asia/Taipei")
    first = (await ask(VISIT, actor=mei)).only["effects"]
    with later(frozen_clock, minutes=1):
        again = (await ask(VISIT, actor=mei, locale="zh-Hant")).only["effects"]
    assert first["earned"] == [
        {"currency": "POINTS", "amount": 5, "rule": "visit", "isPending": False, "pendingUntil": None}
    ]
    assert again["earned"] == []
    assert again["refused"] == [
        {
            "rule": "visit",
            "code": "DAILY_LIMIT_REACHED",
            "message": "已達今日上限 1，2026-03-03 00:00 Asia/Taipei 起可再次計入。",
            "until": "2026-03-02T16:00:00Z",
        }
    ]


async def test_a_stranger_cannot_visit() -> None:
    assert (await ask(VISIT)).refusals == [Unauthenticated]


async def test_reading_earns_once_and_shows_progress() -> None:
    mei, lin = await a_member(), await a_member()
    post = encode_id("Post", (await a_post(lin)).id)
    short, long, again = [(await ask(READ, actor=mei, id=post, seconds=n)).only["effects"] for n in (9, 10, 60)]
    assert (short["earned"], short["refused"]) == ([], [])
    assert [each["amount"] for each in long["earned"]] == [1]
    assert [each["code"] for each in again["refused"]] == ["COUNTED_BEFORE"]
    assert {"track": "ENGAGEMENT", "value": 1} in long["progress"]["tracks"]


async def test_reading_ones_own_earns_nothing() -> None:
    mei = await a_member()
    own = encode_id("Post", (await a_post(mei)).id)
    effects = (await ask(READ, actor=mei, id=own, seconds=60)).only["effects"]
    assert [each["code"] for each in effects["refused"]] == ["ACTING_ON_ONESELF"]


async def test_only_what_one_may_see_can_be_read() -> None:
    mei, lin = await a_member(), await a_member()
    post = encode_id("Post", (await a_post(lin)).id)
    await members.block(lin, id_of(mei))
    assert (await ask(READ, actor=mei, id=post, seconds=60)).refusals == [NotFound]
    assert (await ask(READ, actor=mei, id=member_id(lin), seconds=60)).refusals == [InvalidId]
    assert (await ask(READ, actor=lin, id=post, seconds=-1)).refusals == [BadInput]
    assert (await ask(READ, id=post, seconds=60)).refusals == [Unauthenticated]


async def test_a_key_reports_and_each_report_has_its_answer() -> None:
    await in_force(a_rule())
    mei = await a_member()
    reports = [
        a_report(mei, "1"),
        a_report(mei, "2", kind="post.written"),
        a_report(mei, "3", memberId=encode_id("Member", new_id())),
        a_report(mei, "1"),
        a_report(mei, "1", quantity=3),
    ]
    answers = (await ask(RECORD, actor=A_KEY, activities=reports)).only["answers"]
    told = [(each["externalId"], each["problem"] and each["problem"]["code"]) for each in answers]
    assert told == [
        ("1", None),
        ("2", "INVALID_ACTIVITY"),
        ("3", "UNKNOWN_MEMBER"),
        ("1", None),
        ("1", "EXTERNAL_ID_REUSED"),
    ]
    assert answers[0]["effects"]["earned"][0]["amount"] == 10
    assert answers[3]["effects"]["isRepeat"] is True
    assert answers[1]["problem"]["field"] == "kind"


async def test_a_key_is_not_told_how_far_members_are() -> None:
    await in_force(a_rule())
    answers = (await ask(RECORD, actor=A_KEY, activities=[a_report(await a_member())])).only["answers"]
    assert answers[0]["effects"]["progress"] is None


async def test_only_a_key_made_for_it_may_report() -> None:
    mei = await a_member()
    assert (await ask(RECORD, activities=[a_report(mei)])).refusals == [Unauthenticated]
    assert (await ask(RECORD, actor=mei, activities=[a_report(mei)])).refusals == [Forbidden]


@pytest.mark.parametrize("detail", [{"name": "x"}, {"name": "x", "text": "a", "number": 1}])
async def test_a_detail_has_one_value(detail: dict[str, Any]) -> None:
    report = a_report(await a_member(), details=[detail])
    assert (await ask(RECORD, actor=A_KEY, activities=[report])).refusals == [BadInput]


async def test_staff_try_the_rules_out() -> None:
    boss, mei = await a_member(roles=frozenset({Role.ADMIN})), await a_member()
    asked = {"kind": OwnKind.ORDER_PAID.value, "memberId": member_id(mei), "quantity": 250}
    assert (await ask(TRY, actor=boss, input=asked)).only == [
        {"rule": "order", "version": "1", "earned": {"amount": 25}, "refused": None}
    ]
    own = {"kind": OwnKind.REACTION_RECEIVED.value, "memberId": member_id(mei), "otherMemberId": member_id(mei)}
    assert (await ask(TRY, actor=boss, input=own)).only == [
        {"rule": "reaction", "version": "1", "earned": None, "refused": {"code": "ACTING_ON_ONESELF"}}
    ]
    assert (await ask(TRY, actor=mei, input=asked)).refusals == [Forbidden]
    assert (await ask(TRY, actor=boss, input={**asked, "kind": "nonsense"})).refusals == [BadInput]


async def test_the_rules_are_public_and_those_of_their_time(frozen_clock: datetime) -> None:
    limit = Limit(window=Window.WEEK, times=2)
    with later(frozen_clock, days=1):
        await in_force(a_rule(limits=(limit,), multipliers={"gold": 150}))
        (rule,) = (await ask(RULES)).only
    assert rule == {
        "code": "check_in",
        "trigger": KIND,
        "currency": "POINTS",
        "amount": 10,
        "per": None,
        "conditions": [],
        "version": "2",
        "startsAt": "2026-03-03T09:30:00Z",
        "limits": [{"window": "WEEK", "times": 2, "amount": None}],
        "multipliers": [{"tier": "gold", "percent": 150}],
    }
    before = (await ask(RULES, at=frozen_clock.isoformat())).only
    assert [each["code"] for each in before] == ["order", "visit", "referral", "post", "comment", "reaction", "view"]
    assert before[0]["startsAt"] is None


async def test_the_leaderboard_ranks_who_earned_most_page_by_page(frozen_clock: datetime) -> None:
    await in_force(a_rule(currency=Currency.CREDITS, per=1, amount=1))
    for handle, earned in (("ann", 5), ("bob", 9), ("cho", 5), ("dee", 1)):
        await do(await a_member(handle=handle), KIND, quantity=earned)
    first = (await ask(LEADERS)).only
    assert [(n["rank"], n["credits"]) for n in first["nodes"]] == [(1, 9), (2, 5)]
    second = (await ask(LEADERS, after=first["pageInfo"]["endCursor"])).only
    assert [(n["rank"], n["credits"]) for n in second["nodes"]] == [(2, 5), (4, 1)]
    assert second["pageInfo"]["hasNextPage"] is False
    assert {n["member"]["handle"] for n in first["nodes"] + second["nodes"]} == {"ann", "bob", "cho", "dee"}
    with later(frozen_clock, days=40):
        assert (await ask(LEADERS)).only["nodes"] == []
        assert len((await ask(LEADERS, period="FOREVER")).only["nodes"]) == 2


async def test_what_an_answer_showed_is_kept_for_members_and_not_for_strangers() -> None:
    mei = await a_member()
    async with recorder.serving():
        for actor in (mei, ANONYMOUS):
            context = Context(actor=actor)
            context.shows("post", [new_id()])
            context.answered()
            context.answered()
    assert await database.fetch("select member_id from engagement_view") == [(mei.member_id,)]


async def test_an_answer_that_never_came_was_not_seen() -> None:
    async with recorder.serving():
        Context(actor=await a_member()).shows("post", [new_id()])
    assert await database.fetch_value("select count(*) from engagement_view") == 0


async def test_the_day_is_the_members_whatever_the_device_says() -> None:
    with clock.frozen(datetime(2026, 3, 2, 15, 59, tzinfo=UTC)):
        mei = await a_member(time_zone="Asia/Taipei")
        assert (await ask(VISIT, actor=mei)).only["effects"]["earned"]
    with clock.frozen(datetime(2026, 3, 2, 15, 59, tzinfo=UTC) + timedelta(seconds=59)):
        assert (await ask(VISIT, actor=mei)).only["effects"]["earned"] == []


PUBLISH = """
mutation ($rules: [EarningRuleInput!]!, $startsAt: DateTime) {
  publishEarningRules(input: { rules: $rules, startsAt: $startsAt }) {
    ... on PublishEarningRulesPayload { version rules { code conditions limits { window times } gate { members } } }
    ... on InvalidEarningRules { code flaw rule }
    ... on Problem { code message }
  }
}
"""


async def test_staff_publish_rules_that_are_in_force_from_then_on() -> None:
    admin, mei = await a_member(roles=frozenset({Role.ADMIN})), await a_member()
    rule = {
        "code": "check_in",
        "trigger": "store.visited",
        "currency": "POINTS",
        "amount": 10,
        "conditions": [{"of": "floor", "test": "AT_LEAST", "numbers": [2]}],
        "limits": [{"window": "DAY", "times": 1}],
        "gate": {"members": 3},
    }
    published = (await ask(PUBLISH, actor=admin, rules=[rule])).only
    assert published == {
        "version": "2",
        "rules": [
            {
                "code": "check_in",
                "conditions": ["floor ≥ 2"],
                "limits": [{"window": "DAY", "times": 1}],
                "gate": {"members": 3},
            }
        ],
    }
    in_force = await ask("{ earningRules { code version } }", actor=mei)
    assert in_force.only == [{"code": "check_in", "version": "2"}]


async def test_rules_that_cannot_be_published_say_which_and_why() -> None:
    admin, mei = await a_member(roles=frozenset({Role.ADMIN})), await a_member()
    rule = {"code": "check_in", "trigger": "store.visited", "currency": "POINTS", "amount": 10}
    for amount in (0, -1, 10**13):
        refused = (await ask(PUBLISH, actor=admin, rules=[rule, {**rule, "code": "other", "amount": amount}])).only
        assert (refused["code"], refused["flaw"], refused["rule"]) == ("INVALID_EARNING_RULES", "AMOUNT", "other")
    early = (await ask(PUBLISH, actor=admin, rules=[rule], startsAt="2001-01-01T00:00:00Z")).only
    assert early["code"] == "EARNING_RULES_START_TOO_EARLY"
    assert (await ask(PUBLISH, actor=mei, rules=[rule])).refusals == [Forbidden]
    with pytest.raises(GraphQLError, match="whole number"):
        await ask(PUBLISH, actor=admin, rules=[{**rule, "amount": 1.5}])
    both = {**rule, "conditions": [{"of": "x", "test": "IS_ONE_OF", "numbers": [1], "texts": ["a"]}]}
    assert (await ask(PUBLISH, actor=admin, rules=[both])).refusals == [BadInput]


async def test_effects_say_what_they_wait_for() -> None:
    admin, mei = await a_member(roles=frozenset({Role.ADMIN})), await a_member()
    rule = {"code": "post", "trigger": "post.written", "currency": "CREDITS", "amount": 10, "gate": {"members": 3}}
    await ask(PUBLISH, actor=admin, rules=[rule])
    written = await ask(
        'mutation { writePost(input: {body: "好"}) { ... on WritePostPayload { effects { earned {'
        " amount isPending pendingUntil pendingFor { code message } } } } } }",
        actor=mei,
    )
    (earned,) = written.only["effects"]["earned"]
    assert (earned["amount"], earned["isPending"], earned["pendingUntil"]) == (10, True, None)
    assert earned["pendingFor"] == {
        "code": "AWAITING_MEMBERS",
        "message": "This counts once 3 different members have reacted.",
    }
