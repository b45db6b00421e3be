"""When, how often and to whom: decided without a database."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from uuid import uuid4

import pytest

from community.posts.facts import PostEdited, PostWritten
from community.webhooks.facts import WebhookEndpointDisabled
from community.webhooks.rules import retries
from community.webhooks.rules.owners import HOUSE, Owner, OwnerKind, is_told, key_told, may_be_told, told
from community.webhooks.rules.retries import (
    ATTEMPTS,
    HOLDING_ATTEMPTS,
    PAUSES,
    Answer,
    Disabling,
    Failure,
    Health,
    State,
    Verdict,
    judge,
    pause_after,
)
from community.webhooks.rules.subscriptions import strangers, wants

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
WELL = Health(None, 0)
NOT_TODAY = Answer(status=500, failure=Failure.REFUSED)
TYPES = {"post.written": "posts", "post.removed": "posts", "member.joined": "members"}


def verdict_on(answer: Answer, *, attempt: int = 1, attempts: int = ATTEMPTS, health: Health = WELL) -> Verdict:
    return judge(
        answer, attempt=attempt, attempts=attempts, health=health, patience=timedelta(days=5), now=NOW, chance=0.5
    )


def test_ten_attempts_go_over_75_hours():
    assert ATTEMPTS == 10
    assert timedelta(hours=75) < sum(PAUSES, timedelta()) < timedelta(hours=76)
    assert list(PAUSES) == sorted(PAUSES)


def test_later_ones_of_a_key_are_held_back_for_about_half_an_hour():
    assert timedelta(minutes=30) < sum(PAUSES[: HOLDING_ATTEMPTS - 1], timedelta()) < timedelta(minutes=40)


@pytest.mark.parametrize("attempt", range(1, ATTEMPTS))
def test_a_pause_is_a_little_shorter_or_longer_than_the_next_one_s(attempt: int):
    shortest, longest = pause_after(attempt, 0), pause_after(attempt, 1)
    assert shortest < PAUSES[attempt - 1] < longest
    assert longest - shortest == pytest.approx(PAUSES[attempt - 1] * 0.2, abs=timedelta(milliseconds=1))


def test_a_success_is_the_end_of_it():
    assert verdict_on(Answer(status=204)) == Verdict(state=State.DELIVERED)


def test_a_failure_waits_for_the_next_attempt_and_the_tenth_is_the_last():
    first = verdict_on(NOT_TODAY)
    assert (first.state, first.due_at) == (State.WAITING, NOW + PAUSES[0])
    assert verdict_on(NOT_TODAY, attempt=ATTEMPTS).state is State.FAILED


def test_what_is_tried_once_is_not_tried_again():
    assert verdict_on(NOT_TODAY, attempts=1).state is State.FAILED


def test_gone_is_for_ever():
    verdict = verdict_on(Answer(status=410, failure=Failure.REFUSED))
    assert (verdict.state, verdict.disabling) == (State.FAILED, Disabling.GONE)


@pytest.mark.parametrize(
    ("status", "retry_after", "quiet"),
    [
        (429, "120", timedelta(minutes=2)),
        (503, "120", timedelta(minutes=2)),
        (503, format_datetime(NOW + timedelta(hours=1), usegmt=True), timedelta(hours=1)),
        (429, "99999999999999999999", retries.LONGEST_QUIET),
        (500, "120", None),
        (429, None, None),
        (429, "", None),
        (429, "-5", None),
        (429, "0", None),
        (429, "soon", None),
        (429, "٣", None),
        (429, "Mon, 32 Foo 2026 99:99:99 GMT", None),
        (429, format_datetime(NOW - timedelta(hours=1), usegmt=True), None),
    ],
)
def test_a_receiver_may_ask_for_quiet(status: int, retry_after: str | None, quiet: timedelta | None):
    verdict = verdict_on(Answer(status=status, failure=Failure.REFUSED, retry_after=retry_after))
    assert verdict.quiet_until == (NOW + quiet if quiet else None)
    assert verdict.due_at == max(NOW + PAUSES[0], verdict.quiet_until or NOW)


def test_who_only_fails_for_days_is_given_up_and_who_failed_once_long_ago_is_not():
    long_ago = NOW - timedelta(days=5)
    assert verdict_on(NOT_TODAY, health=Health(long_ago, 9)).disabling is Disabling.FAILING
    assert verdict_on(NOT_TODAY, health=Health(long_ago, 8)).disabling is None
    assert verdict_on(NOT_TODAY, health=Health(long_ago + timedelta(seconds=1), 500)).disabling is None
    assert verdict_on(Answer(status=200), health=Health(long_ago, 500)).disabling is None


def test_what_cannot_be_signed_waits_for_another_secret():
    verdict = verdict_on(Answer(failure=Failure.UNSIGNED))
    assert (verdict.state, verdict.disabling) == (State.WAITING, Disabling.SECRET_LOST)


@pytest.mark.parametrize(
    ("wanted", "is_wanted"),
    [
        (["*"], True),
        (["posts.*"], True),
        (["member.joined", "post.written"], True),
        (["post.removed"], False),
        (["members.*"], False),
        (["post.*"], False),
        ([], False),
    ],
)
def test_an_endpoint_wants_types_or_areas_or_everything(wanted: list[str], is_wanted: bool):
    assert wants(wanted, "post.written", "posts") is is_wanted


def test_what_names_nothing_is_a_stranger():
    good = ["*", "posts.*", "members.*", "post.written"]
    bad = ["post.*", "posts", "posts.", "*.*", "post.wriiten", "", "Post.Written", "webhook.test"]
    assert strangers([*good, *bad], TYPES) == bad


PARTNER = Owner(OwnerKind.PARTNER, uuid4())


def test_only_ids_leave_the_house():
    edited = PostEdited(
        post_id=uuid4(), author_id=uuid4(), added_hashtag_ids=[uuid4()], dropped_hashtag_ids=[], edited_at=NOW
    )
    assert set(told(HOUSE, PostEdited, edited.payload())) == {
        "post_id",
        "author_id",
        "added_hashtag_ids",
        "dropped_hashtag_ids",
    }
    disabled = WebhookEndpointDisabled(endpoint_id=uuid4(), partner_id=None, reason="gone")
    assert set(told(HOUSE, WebhookEndpointDisabled, disabled.payload())) == {"endpoint_id", "partner_id"}


def test_a_partner_is_told_what_names_it_and_nothing_else():
    own, others = (
        WebhookEndpointDisabled(endpoint_id=uuid4(), partner_id=partner_id, reason="gone").payload()
        for partner_id in (PARTNER.id, uuid4())
    )
    assert is_told(PARTNER, WebhookEndpointDisabled, own)
    assert not is_told(PARTNER, WebhookEndpointDisabled, others)
    assert not is_told(PARTNER, WebhookEndpointDisabled, {**own, "partner_id": None})
    assert not is_told(PARTNER, PostWritten, {"partner_id": str(PARTNER.id)})
    assert not may_be_told(PARTNER, PostWritten)
    assert set(told(PARTNER, WebhookEndpointDisabled, own)) == {"endpoint_id", "partner_id"}


def test_a_partner_does_not_learn_by_whom_the_house_orders():
    subject = uuid4()
    assert key_told(HOUSE, "member 7", subject) == "member 7"
    assert key_told(PARTNER, "member 7", subject) == str(subject)
