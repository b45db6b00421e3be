"""What is held, until when, what follows what: values in, decision out."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.entitlements.rules.catalogue import (
    DEFAULTS,
    Catalogue,
    Feature,
    Flaw,
    Pass,
    PointsPrice,
    flaw_in,
    is_key,
)
from community.entitlements.rules.rights import (
    NOTHING,
    Grant,
    Held,
    Rights,
    Source,
    SourceKind,
    Turn,
    begins_at,
    due_at,
    moved_up,
    reach,
    turns,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
PREMIUM = DEFAULTS[0]
CATALOGUE = Catalogue(3, {feature.key: feature for feature in DEFAULTS})


def day(number: float) -> datetime:
    return NOW + timedelta(days=number)


def a_grant(starts: float | None, ends: float | None, kind: SourceKind = SourceKind.PURCHASE, key: str = "1") -> Grant:
    return Grant(
        source=Source(kind, key),
        starts_at=None if starts is None else day(starts),
        ends_at=None if ends is None else day(ends),
    )


BY_TIER = a_grant(None, None, SourceKind.TIER, "gold")


def test_a_grant_gives_from_its_first_instant_and_not_at_its_last() -> None:
    grant = a_grant(0, 1)
    assert not grant.is_live(day(0) - INSTANT)
    assert grant.is_live(day(0))
    assert grant.is_live(day(1) - INSTANT)
    assert not grant.is_live(day(1))


def test_a_right_ends_with_the_last_of_its_sources() -> None:
    rights = Rights({"lounge": (a_grant(-5, 3), a_grant(-1, 9, SourceKind.EVENT))})
    held = rights.right("lounge", NOW)
    assert held
    assert held.ends_at == day(9)
    assert len(held.sources) == 2
    after = rights.right("lounge", day(3))
    assert after
    assert [grant.source.kind for grant in after.sources] == [SourceKind.EVENT]


def test_a_right_has_no_end_while_a_source_has_none() -> None:
    assert reach([a_grant(-5, 3), BY_TIER], NOW) is None


def test_what_follows_without_a_gap_belongs_to_the_same_right() -> None:
    assert reach([a_grant(-5, 3), a_grant(3, 7), a_grant(7, 8)], NOW) == day(8)
    assert reach([a_grant(-5, 3), a_grant(3.5, 7)], NOW) == day(3)
    assert reach([a_grant(-5, 3), a_grant(2, None)], NOW) is None


def test_what_has_not_begun_is_not_held() -> None:
    rights = Rights({"lounge": (a_grant(1, 3),)})
    assert not rights.holds("lounge", NOW)
    assert rights.right("lounge", NOW) is None
    assert rights.held(NOW) == []
    assert rights.holds("lounge", day(2))


def test_strangers_hold_nothing() -> None:
    assert not NOTHING.holds("lounge", NOW)
    assert NOTHING.held(NOW) == []


def test_a_source_has_a_name() -> None:
    for key in ("", "a\nb", "x" * 201):
        with pytest.raises(ValueError, match="1 to 200"):
            Source(SourceKind.EVENT, key)


class TestTurns:
    def test_a_right_begins_once(self) -> None:
        grant = a_grant(0, 3)
        (step,) = turns(None, [grant], NOW)
        assert step.before is None
        assert step.after == Held(since=NOW, until=day(3), source=grant.source)
        assert turns(step.after, [grant], NOW) == []
        assert turns(step.after, [grant], day(2)) == []

    def test_it_ends_when_its_time_is_over_however_late_somebody_looks(self) -> None:
        grant = a_grant(0, 3)
        held = Held(since=NOW, until=day(3), source=grant.source)
        (step,) = turns(held, [grant], day(30))
        assert (step.at, step.before, step.after) == (day(3), held, None)

    def test_what_nobody_was_awake_for_is_told_in_its_order(self) -> None:
        steps = turns(None, [a_grant(0, 3), a_grant(5, 7)], day(10))
        assert [(step.at, step.after is not None) for step in steps] == [
            (day(0), True),
            (day(3), False),
            (day(5), True),
            (day(7), False),
        ]

    def test_another_source_takes_over_without_a_word(self) -> None:
        purchase, event = a_grant(0, 3), a_grant(1, None, SourceKind.EVENT)
        held = Held(since=NOW, until=None, source=event.source)
        (step,) = turns(held, [purchase, a_grant(1, None, SourceKind.STAFF)], day(2))
        assert step.before
        assert step.after
        assert (step.before.since, step.before.until) == (step.after.since, step.after.until)

    def test_the_tier_goes_and_what_staff_gave_stays(self) -> None:
        by_staff = a_grant(0, 3, SourceKind.STAFF)
        held = Held(since=day(-9), until=None, source=BY_TIER.source)
        (step,) = turns(held, [by_staff], day(1))
        assert step.after == Held(since=day(-9), until=day(3), source=by_staff.source)

    @given(
        st.lists(st.tuples(st.integers(0, 20), st.integers(1, 10)), max_size=5),
        st.lists(st.integers(0, 40), min_size=1, max_size=6),
    )
    def test_looking_often_or_once_tells_the_same(self, spans: list[tuple[int, int]], looks: list[int]) -> None:
        grants = [a_grant(start, start + lasts, key=str(n)) for n, (start, lasts) in enumerate(spans)]
        seen: Held | None = None
        told: list[tuple[datetime, bool]] = []
        open_grants = grants
        for look in sorted(looks):
            for step in turns(seen, open_grants, day(look)):
                seen = step.after
                told += _edges_in([step])
            open_grants = [grant for grant in open_grants if not grant.has_ended(day(look))]
        assert told == _edges_in(turns(None, grants, day(max(looks))))
        assert (seen is not None) == any(grant.is_live(day(max(looks))) for grant in grants)


def _edges_in(steps: list[Turn]) -> list[tuple[datetime, bool]]:
    """When a right began or ended."""
    return [(step.at, step.after is not None) for step in steps if (step.before is None) != (step.after is None)]


def test_the_clock_is_due_at_the_next_edge() -> None:
    grants = [BY_TIER, a_grant(-5, 3), a_grant(2, 9)]
    assert due_at(grants, NOW) == day(2)
    assert due_at(grants, day(2)) == day(3)
    assert due_at(grants, day(9)) is None
    assert due_at([BY_TIER], NOW) is None


class TestUsingUp:
    def test_the_next_pass_begins_when_the_last_one_is_used_up(self) -> None:
        assert begins_at([], NOW) == NOW
        assert begins_at([a_grant(-5, 3), a_grant(3, 7)], NOW) == day(7)

    def test_it_does_not_wait_for_what_lasts_anyway(self) -> None:
        assert begins_at([BY_TIER, a_grant(0, 9, SourceKind.EVENT), a_grant(0, 9, SourceKind.STAFF)], NOW) == NOW

    def test_those_that_waited_for_one_that_is_gone_move_up(self) -> None:
        second, third = a_grant(30, 60, key="2"), a_grant(60, 67, SourceKind.GIFT, "3")
        moved = moved_up([second, third], day(5))
        assert moved == [
            (second, replace(second, starts_at=day(5), ends_at=day(35))),
            (third, replace(third, starts_at=day(35), ends_at=day(42))),
        ]

    def test_those_that_wait_for_another_one_stay(self) -> None:
        assert moved_up([a_grant(-5, 30), a_grant(30, 60, key="2")], NOW) == []

    @given(
        st.lists(st.integers(1, 9), min_size=1, max_size=5),
        st.integers(0, 4),
        st.integers(0, 50),
    )
    def test_nobody_loses_a_day_that_was_not_used(self, lasts: list[int], gone: int, now: int) -> None:
        grants: list[Grant] = []
        for number, days in enumerate(lasts):
            begins = begins_at(grants, NOW)
            grants.append(replace(a_grant(0, 1, key=str(number)), starts_at=begins, ends_at=begins + timedelta(days)))
        left = [grant for number, grant in enumerate(grants) if number != gone % len(grants)]
        moved = dict(moved_up(left, day(now)))
        laid = [moved.get(grant, grant) for grant in left]
        assert [_length(grant) for grant in laid] == [_length(grant) for grant in left]
        coming = [grant for grant in laid if grant.ends_at and grant.ends_at > day(now)]
        if coming:
            unused = sum((_length(grant) for grant in coming), timedelta())
            used = max(day(now) - min(each.starts_at for each in coming if each.starts_at), timedelta())
            assert reach(laid, day(now)) == day(now) + unused - used


def _length(grant: Grant) -> timedelta:
    assert grant.starts_at
    assert grant.ends_at
    return grant.ends_at - grant.starts_at


class TestCatalogue:
    def test_the_migration_publishes_the_default_features(self) -> None:
        migration = import_module("community.migrations.0012_entitlements")
        assert [Feature.of_json(json.loads(json.dumps(terms))) for terms in migration.FEATURES] == list(DEFAULTS)

    def test_a_feature_is_the_same_after_it_was_kept(self) -> None:
        for feature in DEFAULTS:
            assert Feature.of_json(orjson.loads(orjson.dumps(feature.as_json()))) == feature

    def test_the_default_features_follow_themselves(self) -> None:
        assert [flaw_in(feature, CATALOGUE) for feature in DEFAULTS] == [None, None, None]

    def test_a_tier_opens_what_those_below_it_open(self) -> None:
        assert [feature.key for feature in CATALOGUE.opened_by(frozenset({"member", "silver"}))] == []
        opened = CATALOGUE.opened_by(frozenset({"member", "silver", "gold", "vip"}))
        assert [feature.key for feature in opened] == ["articles.premium", "early_access", "lounge"]

    @pytest.mark.parametrize(
        ("change", "flaw"),
        [
            ({"key": "Articles"}, Flaw.KEY),
            ({"names": {"zh-Hant": "文章"}}, Flaw.TEXT),
            ({"names": {"en": " "}}, Flaw.TEXT),
            ({"names": {"en": "x" * 61}}, Flaw.TEXT),
            ({"descriptions": {"en": "a\u200bb"}}, Flaw.TEXT),
            (
                {"passes": tuple(Pass(sku=str(n), days=1, amount=1) for n in range(11))},
                Flaw.TOO_MANY_PASSES,
            ),
            ({"passes": (Pass(sku="", days=1, amount=1),)}, Flaw.SKU),
            ({"passes": (Pass(sku=" a", days=1, amount=1),)}, Flaw.SKU),
            ({"passes": (Pass(sku="pass.lounge.30d", days=1, amount=1),)}, Flaw.SKU_TAKEN),
            ({"passes": (Pass(sku="a", days=1, amount=1),) * 2}, Flaw.SKU_TAKEN),
            ({"passes": (Pass(sku="a", days=1, amount=0),)}, Flaw.PRICE),
            ({"passes": (Pass(sku="a", days=1, amount=2**63),)}, Flaw.PRICE),
            ({"points": PointsPrice(points=-1, days=1)}, Flaw.PRICE),
            ({"points": PointsPrice(points=1, days=0)}, Flaw.DAYS),
            ({"passes": (Pass(sku="a", days=3_661, amount=1),)}, Flaw.DAYS),
        ],
    )
    def test_what_cannot_be_published(self, change: dict[str, object], flaw: Flaw) -> None:
        assert flaw_in(replace(PREMIUM, **change), CATALOGUE) is flaw  # type: ignore[arg-type]

    @pytest.mark.parametrize("key", ["lounge", "articles.premium", "a1.b_2.3"])
    def test_keys_are_words_with_dots(self, key: str) -> None:
        assert is_key(key)

    @pytest.mark.parametrize("key", ["", ".", "a.", "1a", "a..b", "a b", "ä", "x" * 41, "a\n"])
    def test_anything_else_is_no_key(self, key: str) -> None:
        assert not is_key(key)
