"""The policy: which of several touches brought a member, and why the others did not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from community.kernel.ids import new_id
from community.referrals.rules.attribution import Occasion, Touch, Verdict, decide
from community.referrals.rules.owners import Owner
from community.referrals.rules.programme import DEFAULT, Credits, Limits, Programme, TouchKind, flaw_in

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FRIEND, MEI, SHOP = new_id(), Owner.member(new_id()), Owner.partner(new_id())
FIRST = Programme(credits=Credits.FIRST_TOUCH)


def link(days_ago: float, owner: Owner = MEI, **more: Any) -> Touch:
    kind = TouchKind.MEMBER_LINK if owner == MEI else TouchKind.PARTNER_LINK
    return Touch(**{"id": new_id(), "kind": kind, "at": NOON - timedelta(days=days_ago), "owner": owner, **more})


def coupon(days_ago: float) -> Touch:
    return link(days_ago, SHOP, kind=TouchKind.COUPON)


def campaign(days_ago: float) -> Touch:
    return link(days_ago, owner=None, kind=TouchKind.CAMPAIGN, campaign="spring")


def verdicts(*touches: Touch, programme: Programme = DEFAULT, **occasion: Any) -> list[Verdict]:
    asked = Occasion(**{"member_id": FRIEND, "joined_at": NOON, "now": NOON, **occasion})
    return [verdict for _, verdict in decide(touches, asked, programme).verdicts]


WON, NOT_LAST, NOT_FIRST, OUTRANKED = Verdict.WON, Verdict.NOT_LAST, Verdict.NOT_FIRST, Verdict.OUTRANKED


@pytest.mark.parametrize(
    ("touches", "expected"),
    [
        ([], []),
        ([link(1)], [WON]),
        ([link(2), link(1, SHOP)], [NOT_LAST, WON]),
        ([link(1), link(2, SHOP)], [WON, NOT_LAST]),
        ([link(3), link(2, SHOP), coupon(1)], [NOT_LAST, NOT_LAST, WON]),
        ([link(30), campaign(0)], [WON, OUTRANKED]),
        ([campaign(0)], [WON]),
        ([link(89.9)], [WON]),
        ([link(90.1)], [Verdict.EXPIRED]),
        ([link(91), campaign(1)], [Verdict.EXPIRED, WON]),
        ([link(-1)], [Verdict.FORGED]),
        ([link(1, flaw=Verdict.REPLAYED), link(2, SHOP)], [Verdict.REPLAYED, WON]),
        ([link(1, Owner.member(FRIEND))], [Verdict.ONESELF]),
    ],
)
def test_the_last_touch_of_the_highest_rank_within_the_window_wins(
    touches: list[Touch], expected: list[Verdict]
) -> None:
    assert verdicts(*touches) == expected


def test_the_first_touch_wins_where_the_programme_says_so() -> None:
    assert verdicts(link(2), link(1, SHOP), programme=FIRST) == [WON, NOT_FIRST]
    assert verdicts(link(91), link(1, SHOP), programme=FIRST) == [Verdict.EXPIRED, WON]


def test_the_first_binding_stays() -> None:
    assert verdicts(link(0), coupon(0), is_bound=True) == [Verdict.BOUND_BEFORE] * 2


def test_a_member_of_old_was_brought_by_nobody() -> None:
    assert verdicts(link(0), joined_at=NOON - timedelta(days=30)) == [WON]
    assert verdicts(link(0), joined_at=NOON - timedelta(days=31)) == [Verdict.TOO_LATE]


def test_of_two_at_the_same_instant_the_same_one_wins_in_any_order() -> None:
    one, other = link(1), link(1, SHOP)
    assert verdicts(one, other) == list(reversed(verdicts(other, one)))


def test_a_programme_survives_being_kept() -> None:
    kept = Programme(credits=Credits.FIRST_TOUCH, ranks={TouchKind.COUPON: 5}, limits=Limits(joined_in_an_hour=2))
    assert Programme.of_json(kept.as_json()) == kept


@pytest.mark.parametrize(
    ("flaw", "programme"),
    [
        ("window_days", Programme(window_days=0)),
        ("late_days", Programme(late_days=-1)),
        ("ranks", Programme(ranks={TouchKind.COUPON: 101})),
        ("qualifies_on", Programme(qualifies_on="moon.full")),
        ("least_amount", Programme(least_amount=-1)),
        ("holding_days", Programme(holding_days=366)),
        ("review_from", Programme(review_from=200)),
        ("limits", Programme(limits=Limits(noise_percent=101))),
    ],
)
def test_a_programme_that_cannot_be_published_says_what_is_wrong(flaw: str, programme: Programme) -> None:
    assert flaw_in(programme) == flaw
    assert flaw_in(DEFAULT) is None
