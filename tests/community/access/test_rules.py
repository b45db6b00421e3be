"""What makes an e-mail, a password, an attempt, a refresh acceptable."""

from datetime import UTC, datetime, timedelta

import pytest

from community.access import rules
from community.access.errors import InvalidEmail, WeakPassword
from community.access.rules import Decision

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "email",
    [
        "mei@example.com",
        " mei@example.com ",
        "m.e-i+tag@sub.example.co",
        "美玲@例子.台灣",
        "ｍｅｉ＠ｅｘａｍｐｌｅ．ｃｏｍ",
        "o'neil@x.io",
    ],
)
def test_addresses_that_people_have_are_accepted(email: str) -> None:
    assert "@" in rules.readable_email(email)


@pytest.mark.parametrize(
    "email",
    [
        "",
        "mei",
        "@example.com",
        "mei@",
        "mei@example",
        "mei@@example.com",
        "mei@example..com",
        ".mei@example.com",
        "mei.@example.com",
        "m..ei@example.com",
        "mei@-example.com",
        "mei@example.com.",
        "mei@127.0.0.1",
        "mei @example.com",
        "mei@exa mple.com",
        "me\u200bi@example.com",
        "mei@example\u200d.com",
        "\u202emei@example.com",
        "mei😀@example.com",
        "mei@😀.com",
        "mei\x00@example.com",
        "mei\ud800@example.com",
        "mei@example.com\nBcc: all@example.com",
        "x" * 65 + "@example.com",
        "mei@" + "x" * 250 + ".com",
        "mei@" + "é" * 100_000,
    ],
)
def test_what_cannot_be_an_address_is_refused(email: str) -> None:
    with pytest.raises(InvalidEmail):
        rules.readable_email(email)


@pytest.mark.parametrize("email", ["MEI@Example.COM", " mei@example.com", "ｍｅｉ@example.com", "mei＠example.com"])
def test_case_width_and_blanks_make_no_other_address(email: str) -> None:
    assert rules.email_key(email) == "mei@example.com"


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short",
        "nine char",
        "x" * 201,
        "aaaaaaaaaaaa",
        "abababababab",
        "password123",
        "PASSWORD123",
        "ｐａｓｓｗｏｒｄ１２３",
        "1q2w3e4r5t",
        "mei.lin.chen",
        "Mei.Lin.Chen@example.com",
        "x" * 1_000_000,
    ],
)
def test_what_guessers_try_first_is_no_password(password: str) -> None:
    with pytest.raises(WeakPassword):
        rules.check_password(password, "mei.lin.chen@example.com")


@pytest.mark.parametrize(
    "password",
    ["ten chars!", "correct horse battery", "我的密碼很長而且很難猜", "🐎🔋📎🐎🔋📎🐎🔋📎🐎", "a1" + "b" * 198],
)
def test_anything_long_and_uncommon_is_a_password(password: str) -> None:
    rules.check_password(password, "mei@example.com")


def test_a_password_is_the_same_on_a_keyboard_that_composes_letters_otherwise() -> None:
    assert rules.readable_password("cafe\u0301 au lait") == rules.readable_password("caf\u00e9 au lait")


def test_the_tenth_attempt_is_free_and_the_next_waits_for_the_first_to_be_old() -> None:
    tried = [NOW + timedelta(minutes=n) for n in range(10)]
    at = tried[-1]
    assert rules.seconds_to_wait(tried[:9], 10, at) == 0
    assert rules.seconds_to_wait(tried, 10, at) == 6 * 60
    assert rules.seconds_to_wait(tried, 10, NOW + timedelta(minutes=15) - timedelta(milliseconds=1)) == 1
    assert rules.seconds_to_wait(tried, 10, NOW + timedelta(minutes=15)) == 0


def test_only_attempts_of_the_last_quarter_of_an_hour_are_remembered() -> None:
    old, new = NOW - timedelta(minutes=15), NOW - timedelta(minutes=14)
    assert rules.recent([new, old], NOW) == [new]


@pytest.mark.parametrize(
    ("address", "group"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("a socket", "a socket"),
    ],
)
def test_callers_are_told_apart_by_what_they_cannot_change_at_will(address: str, group: str) -> None:
    assert rules.address_group(address) == group


ROTATED = NOW
EXPIRES = NOW + timedelta(days=30)


@pytest.mark.parametrize(
    ("presented", "seconds_later", "ended", "decision"),
    [
        (5, 0, False, Decision.ROTATE),
        (5, 30 * 86_400 - 1, False, Decision.ROTATE),
        (5, 30 * 86_400, False, Decision.REFUSE),
        (5, 0, True, Decision.REFUSE),
        (4, 0, False, Decision.REPEAT),
        (4, 9.999, False, Decision.REPEAT),
        (4, 10, False, Decision.END_FAMILY),
        (4, 31 * 86_400, False, Decision.END_FAMILY),
        (4, 0, True, Decision.REFUSE),
        (3, 0, False, Decision.END_FAMILY),
        (6, 0, False, Decision.END_FAMILY),
    ],
)
def test_a_refresh_token_works_once_with_ten_seconds_of_grace(
    presented: int, seconds_later: float, ended: bool, decision: Decision
) -> None:
    found = rules.refresh_decision(
        presented=presented,
        current=5,
        rotated_at=ROTATED,
        expires_at=EXPIRES,
        ended_at=NOW if ended else None,
        now=ROTATED + timedelta(seconds=seconds_later),
    )
    assert found is decision
