"""What a post is to a campaign, and who may enter: values in, decision out."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.campaigns.rules import likeness
from community.campaigns.rules.cycles import week_at, weeks
from community.campaigns.rules.judging import (
    Case,
    Entrant,
    EntryState,
    Reason,
    Spent,
    Standing,
    is_exhausted,
    refusal,
)
from community.campaigns.rules.plan import Budget, Cycle, Gate, Limits, Plan, Prize, Reward
from community.campaigns.rules.reading import read
from community.kernel.messages import translate

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
BOTH = {"en": "Tea", "zh-Hant": "茶"}
PLAN = Plan(
    name=BOTH,
    brief=BOTH,
    terms=BOTH,
    opens_at=NOW,
    closes_at=NOW + timedelta(days=20),
    hashtags=("茶",),
    reward=Reward(points=10),
)
LONG = "第一泡先倒掉，第二泡靜置四十秒，香氣會在杯蓋上留很久，冷掉之後反而更甜"


def a_case(**parts: object) -> Case:
    usual = {
        "plan": PLAN,
        "min_rank": 0,
        "written_at": NOW,
        "reading": read(f"{LONG} #茶"),
        "was_carried": True,
        "campaigns": 1,
        "is_sealed": False,
        "entrant": Entrant(joined_at=NOW, tier_rank=0, labels=frozenset(), may_earn=True),
        "standing": Standing(),
        "spent": Spent(),
    }
    return Case(**{**usual, **parts})  # type: ignore[arg-type]


def test_what_fits_enters() -> None:
    assert refusal(a_case()) is None


def test_the_window_holds_its_beginning_and_not_its_end() -> None:
    assert refusal(a_case(written_at=PLAN.opens_at - timedelta(microseconds=1))) is Reason.TOO_EARLY
    assert refusal(a_case(written_at=PLAN.closes_at - timedelta(microseconds=1))) is None
    assert refusal(a_case(written_at=PLAN.closes_at)) is Reason.TOO_LATE


def test_what_is_wrong_first_is_told_first() -> None:
    wrong = a_case(
        written_at=PLAN.closes_at, was_carried=False, standing=Standing(own_likeness=True), spent=Spent(points=10**9)
    )
    assert refusal(wrong) is Reason.TOO_LATE
    assert refusal(replace(wrong, written_at=NOW)) is Reason.LATE_EDIT
    assert refusal(replace(wrong, written_at=NOW, was_carried=True)) is Reason.DUPLICATE_OWN


@pytest.mark.parametrize(
    ("budget", "spent", "exhausted"),
    [
        (Budget(), Spent(points=10**12, entries=10**6), False),
        (Budget(points=10), Spent(points=0), False),
        (Budget(points=10), Spent(points=1), True),
        (Budget(points=19), Spent(points=9), False),
        (Budget(entries=1), Spent(entries=0), False),
        (Budget(entries=1), Spent(entries=1), True),
    ],
)
def test_an_entry_costs_no_more_than_there_is(budget: Budget, spent: Spent, exhausted: bool) -> None:
    assert is_exhausted(replace(PLAN, budget=budget), spent) is exhausted


def test_a_plan_is_kept_whole() -> None:
    plan = replace(
        PLAN,
        limits=Limits(per_day=1),
        reward=Reward(points=1, credits=2, gate=Gate(members=3, days=4)),
        prizes=(Prize(name=BOTH, count=2, points=5),),
        beacon="Lotto",
    )
    kept = {**plan.as_json(), "opens_at": plan.opens_at.isoformat(), "closes_at": plan.closes_at.isoformat()}
    assert Plan.of_json(kept) == plan


def test_hashtags_mentions_addresses_marks_and_emoji_say_nothing() -> None:
    plain = read(LONG).essence
    assert read(f"#茶 @mei **{LONG}**！！🍵 https://example.com/x?y=1 #早餐").essence == plain
    assert read(LONG.replace("一", "一\u200b")).essence == plain


def test_a_picture_is_one_on_the_web() -> None:
    assert read("![a](https://example.com/a.png)").has_media
    assert not read("[a](https://example.com/a.png)").has_media
    assert not read("![a](a.png)").has_media
    assert not read("![a](javascript:alert(1))").has_media
    assert not read("`![a](https://example.com/a.png)`").has_media


def test_near_same_texts_are_found_and_others_are_not() -> None:
    one = read(LONG * 3).essence
    near = read((LONG * 3).replace("四十秒", "五十秒", 1)).essence
    other = read("我家附近新開的那間手搖店，珍珠煮得剛剛好，可惜茶湯太淡，喝不出什麼味道來").essence
    assert likeness.are_near(one, near)
    assert set(likeness.sketch(one)) & set(likeness.sketch(near))
    assert not likeness.are_near(one, other)
    assert not likeness.are_near("好吃", "很好吃")
    assert likeness.sketch("好吃") == []


@given(st.text(alphabet="茶湯香氣甘醇回韻葉底杯蓋水溫", min_size=120, max_size=200), st.integers(0, 119))
def test_a_changed_character_does_not_hide_a_copy(text: str, place: int) -> None:
    changed = text[:place] + "變" + text[place + 1 :]
    if likeness.are_near(text, changed):
        assert set(likeness.sketch(text)) & set(likeness.sketch(changed))


def test_the_longest_text_is_read_in_a_moment() -> None:
    began = time.process_time()
    likeness.sketch(read("".join(chr(0x4E00 + n % 20_000) for n in range(10_000))).essence)
    assert time.process_time() - began < 5


def test_weeks_are_cut_by_the_window() -> None:
    spans = weeks(replace(PLAN, cycle=Cycle.WEEK), "Asia/Taipei")
    assert spans[0].since == PLAN.opens_at
    assert spans[-1].until == PLAN.closes_at
    assert [span.until for span in spans[:-1]] == [span.since for span in spans[1:]]
    assert spans[0].until == datetime(2026, 3, 8, 16, tzinfo=UTC), "Monday in Taipei"
    assert weeks(PLAN, "Asia/Taipei") == []
    plan = replace(PLAN, cycle=Cycle.WEEK)
    moments = (NOW - timedelta(days=1), NOW + timedelta(days=8), PLAN.closes_at + timedelta(days=9))
    assert [week_at(plan, "Asia/Taipei", moment) for moment in moments] == [1, 2, len(spans)]


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_is_told_in_chinese(reason: Reason) -> None:
    assert translate(reason.meaning, "zh-Hant") != reason.meaning


def test_states_have_a_meaning() -> None:
    assert all(state.meaning for state in EntryState)
