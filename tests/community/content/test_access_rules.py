"""Who may see what, when, why, and what would help: decided without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.content.rules.access import (
    MAX_WINDOWS,
    Flaw,
    Offer,
    OfferKind,
    Reason,
    Requirement,
    Terms,
    Viewer,
    Visibility,
    Window,
    decide,
    decide_block,
    flaw_in,
    own_feature,
)

LADDER = ["member", "silver", "gold", "vip"]
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
ITEM = UUID("0190a000-0000-7000-8000-000000000001")
MEMBER = UUID("0190a000-0000-7000-8000-000000000002")
STRANGER = Viewer(now=NOW)


def on(tier: str, *rights: str, now: datetime = NOW) -> Viewer:
    """A member on a tier, with rights."""
    reached = frozenset(LADDER[: LADDER.index(tier) + 1])
    return Viewer(now=now, member_id=MEMBER, tiers=reached, rights=frozenset(rights), is_known=True)


def asks(visibility: Visibility, **value: object) -> Terms:
    return Terms(requirement=Requirement(visibility=visibility, **value))  # type: ignore[arg-type]


def seen(terms: Terms, viewer: Viewer) -> tuple[bool, Reason]:
    access = decide(ITEM, terms, viewer)
    return access.granted, access.reason


TIER, FEATURE = asks(Visibility.TIER, tier="gold"), asks(Visibility.FEATURE, feature="labs")
POINTS, MEMBERS = asks(Visibility.POINTS, points=50), asks(Visibility.MEMBERS)


@pytest.mark.parametrize(
    ("terms", "viewer", "granted", "reason"),
    [
        (Terms(), STRANGER, True, Reason.PUBLIC),
        (MEMBERS, STRANGER, False, Reason.SIGN_IN),
        (MEMBERS, on("member"), True, Reason.MEMBER),
        (TIER, STRANGER, False, Reason.SIGN_IN),
        (TIER, on("silver"), False, Reason.TIER_TOO_LOW),
        (TIER, on("gold"), True, Reason.TIER),
        (TIER, on("vip"), True, Reason.TIER),
        (FEATURE, on("vip"), False, Reason.FEATURE_MISSING),
        (FEATURE, on("member", "labs"), True, Reason.FEATURE),
        (POINTS, on("vip", "labs"), False, Reason.LOCKED),
        (POINTS, on("member", own_feature(ITEM)), True, Reason.UNLOCKED),
        (POINTS, on("member", own_feature(MEMBER)), False, Reason.LOCKED),
        (TIER, replace(STRANGER, is_editor=True), True, Reason.EDITOR),
    ],
)
def test_a_requirement_lets_in_whom_it_names(terms: Terms, viewer: Viewer, granted: bool, reason: Reason) -> None:
    assert seen(terms, viewer) == (granted, reason)


OPENING = Terms(
    windows=(
        Window(tier="vip", opens_at=NOW),
        Window(tier="gold", opens_at=NOW + DAY),
        Window(opens_at=NOW + 7 * DAY),
    )
)


def test_vip_today_gold_tomorrow_everybody_next_week() -> None:
    assert seen(OPENING, on("vip")) == (True, Reason.PUBLIC)
    gold = decide(ITEM, OPENING, on("gold"))
    assert (gold.granted, gold.reason, gold.unlocks_at) == (False, Reason.NOT_YET, NOW + DAY)
    assert decide(ITEM, OPENING, on("silver")).unlocks_at == NOW + 7 * DAY
    assert decide(ITEM, OPENING, STRANGER).unlocks_at == NOW + 7 * DAY


def test_time_alone_opens_a_window_at_its_instant_and_not_before() -> None:
    before, at = NOW + DAY - timedelta(microseconds=1), NOW + DAY
    assert not decide(ITEM, OPENING, on("gold", now=before)).granted
    assert decide(ITEM, OPENING, on("gold", now=at)).granted


def test_a_window_closes_at_its_instant_and_what_is_over_is_not_offered() -> None:
    terms = Terms(windows=(Window(opens_at=NOW - DAY, closes_at=NOW + DAY),))
    assert decide(ITEM, terms, STRANGER).ends_at == NOW + DAY
    over = decide(ITEM, terms, replace(STRANGER, now=NOW + DAY))
    assert (over.granted, over.reason, over.offers) == (False, Reason.OVER, ())


def test_offers_name_what_helps_the_nearest_first() -> None:
    assert decide(ITEM, OPENING, on("gold")).offers == (
        Offer(kind=OfferKind.REACH_TIER, tier="vip"),
        Offer(kind=OfferKind.WAIT, at=NOW + DAY),
    )
    assert decide(ITEM, POINTS, on("member")).offers == (
        Offer(kind=OfferKind.SPEND_POINTS, points=50, feature=own_feature(ITEM)),
    )
    assert decide(ITEM, TIER, STRANGER).offers == (
        Offer(kind=OfferKind.SIGN_IN),
        Offer(kind=OfferKind.REACH_TIER, tier="gold"),
    )
    assert decide(ITEM, OPENING, on("vip")).offers == ()


def test_windows_and_the_requirement_both_have_to_let_in() -> None:
    terms = Terms(requirement=POINTS.requirement, windows=OPENING.windows)
    assert seen(terms, on("vip")) == (False, Reason.LOCKED)
    assert seen(terms, on("gold", own_feature(ITEM))) == (False, Reason.NOT_YET)
    assert seen(terms, on("vip", own_feature(ITEM))) == (True, Reason.UNLOCKED)


def test_a_gated_block_asks_for_its_own() -> None:
    gate = Requirement(visibility=Visibility.TIER, tier="vip")
    assert not decide_block(ITEM, gate, on("gold")).granted
    assert decide_block(ITEM, gate, on("vip")).granted


@pytest.mark.parametrize(
    ("terms", "flaw"),
    [
        (asks(Visibility.TIER, tier="platinum"), Flaw.UNKNOWN_TIER),
        (asks(Visibility.TIER), Flaw.UNKNOWN_TIER),
        (asks(Visibility.FEATURE, feature="unheard.of"), Flaw.FEATURE_KEY),
        (asks(Visibility.POINTS, points=0), Flaw.PRICE),
        (asks(Visibility.POINTS, points=10**10), Flaw.PRICE),
        (asks(Visibility.PUBLIC, tier="gold"), Flaw.SUPERFLUOUS),
        (Terms(windows=tuple(reversed(OPENING.windows))), Flaw.WINDOW_ORDER),
        (Terms(windows=(Window(opens_at=NOW), Window(opens_at=NOW + DAY, tier="vip"))), Flaw.WINDOW_REACH),
        (Terms(windows=(Window(opens_at=NOW, closes_at=NOW),)), Flaw.WINDOW_END),
        (Terms(windows=(Window(opens_at=NOW, tier="x"),)), Flaw.UNKNOWN_TIER),
        (Terms(windows=(Window(opens_at=NOW),) * (MAX_WINDOWS + 1)), Flaw.TOO_MANY_WINDOWS),
        (OPENING, None),
        (TIER, None),
        (FEATURE, None),
    ],
)
def test_terms_that_mean_nothing_are_refused(terms: Terms, flaw: Flaw | None) -> None:
    assert flaw_in(terms, LADDER, {"labs"}.__contains__) == flaw


instants = st.integers(-20, 20).map(lambda days: NOW + days * DAY)
windows = st.builds(
    Window,
    opens_at=instants,
    closes_at=st.none() | instants,
    tier=st.none() | st.sampled_from(LADDER),
)
requirements = st.sampled_from([Terms().requirement, *(t.requirement for t in (MEMBERS, TIER, FEATURE, POINTS))])
all_terms = st.builds(Terms, requirement=requirements, windows=st.lists(windows, max_size=4).map(tuple))
rights = st.lists(st.sampled_from(["labs", own_feature(ITEM)]), max_size=2)
viewers = st.builds(lambda tier, held, now: on(tier, *held, now=now), st.sampled_from(LADDER), rights, instants)


@given(all_terms, viewers)
def test_more_tiers_and_rights_never_close_what_was_open(terms: Terms, viewer: Viewer) -> None:
    richer = replace(viewer, tiers=frozenset(LADDER), rights=frozenset({"labs", own_feature(ITEM)}))
    assert decide(ITEM, terms, viewer).granted <= decide(ITEM, terms, richer).granted


@given(all_terms, viewers)
def test_a_countdown_keeps_its_word(terms: Terms, viewer: Viewer) -> None:
    access = decide(ITEM, terms, viewer)
    assert not (access.granted and access.unlocks_at)
    if access.unlocks_at:
        then = decide(ITEM, terms, replace(viewer, now=access.unlocks_at))
        assert then.granted or any(window.is_over(access.unlocks_at) for window in terms.windows)


@given(all_terms)
def test_terms_are_the_same_after_they_were_kept(terms: Terms) -> None:
    assert Terms.of_json(terms.as_json()) == terms


def test_whoever_is_not_known_is_let_in_nowhere_special() -> None:
    unknown = Viewer(now=NOW, member_id=MEMBER)
    granted = [decide(ITEM, terms, unknown) for terms in (TIER, FEATURE, POINTS)]
    assert [access.granted for access in granted] == [False] * 3
