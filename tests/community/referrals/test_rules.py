"""Codes, targets, mailboxes, robots, and which clicks count: decisions without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from community.kernel.ids import new_id
from community.referrals.rules import qr
from community.referrals.rules.agents import is_bot
from community.referrals.rules.clicks import Arrival, Click, arrival_of, counted
from community.referrals.rules.codes import LETTERS, code_key, could_be_code, is_code, make_code
from community.referrals.rules.mailboxes import is_disposable, look_alike, mailbox
from community.referrals.rules.targets import CLICK, Places, address_of, around_click, is_place, is_target

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PLACES = Places("https://www.example.com/join", ("shop.example.com/spring", "blog.example.com"))


@pytest.mark.parametrize(
    "code", ["mei", "admin", "ADMIN", "adm1n", "-mei1", "mei1-", "a--b1", "mei 1", "梅梅梅梅", "m" * 31, ""]
)
def test_a_code_that_nobody_may_choose(code: str) -> None:
    assert not is_code(code)


@pytest.mark.parametrize("code", ["mei1", "Mei-2026", "m" * 30, "summer-sale-9"])
def test_a_code_that_somebody_may_choose(code: str) -> None:
    assert is_code(code)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mei-2026", "mei2026"),
        ("bo0k", "book"),
        ("1il1", "llll"),
        ("s5z2", "ssss"),
        ("modern", "modem"),
        ("8ravo", "bravo"),
    ],
)
def test_codes_that_look_alike_are_one_code(one: str, other: str) -> None:
    assert code_key(one) == code_key(other)


def test_made_codes_hold_no_letters_that_look_alike() -> None:
    assert len({code_key(letter) for letter in LETTERS}) == len(LETTERS)
    assert is_code(make_code(lambda letters: letters[3]))


def test_what_cannot_be_a_code_is_not_looked_for() -> None:
    assert could_be_code("Mei-2026")
    assert not any(map(could_be_code, ["", "a" * 31, "梅", "a/b", "a%00", "'or'1"]))


OPEN_REDIRECTS = [
    *("//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", ""),
    *("https://blog.example.com@evil.example", "https://blog.example.com.evil.example", "https://[::1]/"),
    *("https://evil.example#blog.example.com", "https://evil.example?blog.example.com", "http://blog.example.com/"),
    *("https://blog.example.com:443@evil.example", "https:blog.example.com", "https:///blog.example.com", "/r/another"),
    *("javascript:alert(1)", "data:text/html,x", "ftp://blog.example.com", "/a\r\nLocation: x", "/a\tb", " /a"),
    *("/%2f%2fevil.example", "/%252f%252fevil.example", "/%5cevil.example", "/..//evil.example", "/" + "a" * 500),
    *("https://shop.example.com/", "https://shop.example.com/springfield", "https://ｂlog.example.com"),
    *("https://shop.example.com/spring/../admin", "https://shop.example.com/spring/%2e%2e/admin"),
    *("/.//evil.example", "/././/evil.example", "/%2e//evil.example", "/./r/another", "/%72/another", "/a/./b"),
    *("https://blog.example.com:8443/", f"/a?{CLICK}=mine", "/a?%68g_click=mine"),
]


@pytest.mark.parametrize("target", OPEN_REDIRECTS)
def test_a_link_leads_nowhere_else(target: str) -> None:
    assert not is_target(target, PLACES)
    assert address_of(target, PLACES) == PLACES.home
    assert address_of(target, Places("/")) == "/"


@pytest.mark.parametrize(
    ("target", "address"),
    [
        (None, "https://www.example.com/join"),
        ("/", "https://www.example.com/"),
        ("/spring?tab=1#top", "https://www.example.com/spring?tab=1#top"),
        ("https://shop.example.com/spring/hats?a=1", "https://shop.example.com/spring/hats?a=1"),
        ("https://BLOG.example.com", "https://BLOG.example.com"),
        ("/%E5%8F%B0%E5%8C%97", "https://www.example.com/%E5%8F%B0%E5%8C%97"),
    ],
)
def test_a_link_leads_home_or_where_it_may(target: str | None, address: str) -> None:
    assert address_of(target, PLACES) == address


def test_the_click_id_stands_in_the_query_before_the_fragment() -> None:
    assert "7".join(around_click("https://a.example/b?c=1#d")) == "https://a.example/b?c=1&hg_click=7#d"
    assert "7".join(around_click("/")) == "/?hg_click=7"


def test_a_place_is_a_host_perhaps_with_a_path() -> None:
    assert all(map(is_place, ["a.example", "a.example:8443", "a.example/b/c", "localhost"]))
    assert not any(map(is_place, ["", "https://a.example", "*.example", "a.example/../b", "a b", "a.example/?x"]))


@pytest.mark.parametrize(
    ("email", "ends_up"),
    [
        ("Mei+shop@Example.com", "mei@example.com"),
        ("m.e.i+x@gmail.com", "mei@gmail.com"),
        ("mei@googlemail.com", "mei@gmail.com"),
        ("m.e.i@example.com", "m.e.i@example.com"),
        ("ｍｅｉ@example.com", "mei@example.com"),
    ],
)
def test_a_mailbox_has_one_name(email: str, ends_up: str) -> None:
    assert mailbox(email) == ends_up


def test_mailboxes_made_in_a_row_look_alike() -> None:
    assert look_alike("mei1@example.com", "mei-22@example.com")
    assert not look_alike("mei1@example.com", "mei1@example.org")
    assert not look_alike("1@example.com", "2@example.com")
    assert not look_alike("mei@example.com", "may@example.com")


def test_mailboxes_that_are_thrown_away_are_known_also_below_their_domain() -> None:
    assert is_disposable("a@mailinator.com")
    assert is_disposable("a@x.y.mailinator.com")
    assert not is_disposable("a@example.com")


@pytest.mark.parametrize(
    "agent", ["", "curl/8.5.0", "facebookexternalhit/1.1;line-poker/1.0", "Twitterbot/1.0", "WhatsApp/2.23.20"]
)
def test_robots_and_previews_are_known(agent: str) -> None:
    assert is_bot(agent)


def test_a_phone_is_no_robot() -> None:
    assert not is_bot("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1")


@pytest.mark.parametrize(
    ("request_is", "arrival"),
    [
        ({}, Arrival.VISIT),
        ({"method": "HEAD"}, Arrival.HEAD),
        ({"is_bot": True, "wants_no_track": True}, Arrival.BOT),
        ({"is_prefetch": True}, Arrival.PREFETCH),
        ({"wants_no_track": True}, Arrival.UNTRACKED),
    ],
)
def test_what_comes_to_the_door_is_told_apart(request_is: dict, arrival: Arrival) -> None:
    usual = {"method": "GET", "is_bot": False, "is_prefetch": False, "wants_no_track": False}
    assert arrival_of(**usual | request_is) is arrival


def visit(minutes: float, visitor: bytes = b"a") -> Click:
    return Click(new_id(), LINK, Arrival.VISIT, NOON + timedelta(minutes=minutes), visitor, b"h")


LINK = new_id()


def test_a_visitor_counts_once_an_hour_in_whatever_order_clicks_are_read() -> None:
    visits = [visit(0), visit(59), visit(60), visit(61), visit(10, b"b")]
    assert [each.at.minute + each.at.hour * 60 - 720 for each in counted(reversed(visits), {})] == [0, 10, 60]


def test_what_was_counted_before_or_after_is_known() -> None:
    known = {(LINK, b"a"): [NOON]}
    assert counted([visit(-59), visit(30)], known) == []
    assert len(counted([visit(-60), visit(60)], known)) == 2


def test_a_qr_code_is_an_image() -> None:
    assert qr.svg_of("https://example.com/r/mei").startswith("<svg")
    assert qr.png_of("https://example.com/r/mei").startswith("data:image/png;base64,")
