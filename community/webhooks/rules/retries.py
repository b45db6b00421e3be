"""When a delivery is tried again, how long it holds back later ones, and when an endpoint is given up.

The pauses are those that Standard Webhooks recommends: ten attempts over 75 hours.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from community.kernel.words import Word

PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)

ATTEMPTS = len(PAUSES) + 1

JITTER = 0.1
"""Each pause is up to this part shorter or longer, so that what failed together does not come back together."""

HOLDING_ATTEMPTS = 4
"""A delivery holds back later ones of its ordering key until it was tried so often: about 35 minutes."""

LONGEST_QUIET = timedelta(hours=24)
"""How long a receiver may ask us to stay away."""

FEWEST_FAILURES = 10
"""So often an endpoint failed at least before it is given up, however long ago it was last well."""

GONE = 410
ASK_FOR_QUIET = frozenset({429, 503})


class Failure(Word):
    """Why an attempt failed."""

    ADDRESS_REFUSED = "address_refused", "The name leads to an address that is not out in the world. Nothing was sent."
    UNKNOWN_HOST = "unknown_host", "The name leads nowhere."
    NOT_CONNECTED = "not_connected", "Nobody took the connection."
    UNTRUSTED = "untrusted", "The certificate is not valid for the name."
    TIMED_OUT = "timed_out", "No answer came in time."
    BROKEN = "broken", "The connection broke, or what came was not HTTP."
    REDIRECTED = "redirected", "The answer sends us elsewhere. Redirects are not followed."
    UNSIGNED = "unsigned", "The secret is lost, so nothing was sent."
    REFUSED = "refused", "The answer was not a success (2xx)."


class Disabling(Word):
    """Why an endpoint hears nothing any more."""

    BY_HAND = "by_hand", "Somebody switched it off."
    GONE = "gone", "It answered 410: it wants nothing any more."
    FAILING = "failing", "It only failed, for days."
    SECRET_LOST = "secret_lost", "The server's key was changed, and the secret with it: rotate it, then switch on."


class State(Word):
    """Where a delivery stands."""

    WAITING = "waiting", "It will be sent, for the first time or again."
    DELIVERED = "delivered", "The endpoint took it."
    FAILED = "failed", "It was given up."
    SKIPPED = "skipped", "Somebody decided not to send it any more."


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one attempt: a status, a failure, or both."""

    status: int | None = None
    failure: Failure | None = None
    retry_after: str | None = None
    body: str = ""
    took: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Health:
    """How an endpoint was before: since when it only fails, and how often it did."""

    failing_since: datetime | None
    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What follows from an answer: for the delivery, and for the endpoint."""

    state: State
    due_at: datetime | None = None
    quiet_until: datetime | None = None
    disabling: Disabling | None = None


def judge(
    answer: Answer, *, attempt: int, attempts: int, health: Health, patience: timedelta, now: datetime, chance: float
) -> Verdict:
    """Decide after the `attempt`th of `attempts`. `chance` is a random number from 0 to 1, for the jitter."""
    if answer.failure is None:
        return Verdict(state=State.DELIVERED)
    if answer.status == GONE:
        return Verdict(state=State.FAILED, disabling=Disabling.GONE)
    if answer.failure is Failure.UNSIGNED:
        state = State.WAITING if attempts > 1 else State.FAILED
        return Verdict(state=state, due_at=now, disabling=Disabling.SECRET_LOST)
    quiet_until = _quiet_until(answer, now)
    disabling = Disabling.FAILING if is_given_up(health, patience=patience, now=now) else None
    if attempt >= attempts:
        return Verdict(state=State.FAILED, quiet_until=quiet_until, disabling=disabling)
    due_at = now + pause_after(attempt, chance)
    return Verdict(
        state=State.WAITING, due_at=max(due_at, quiet_until or due_at), quiet_until=quiet_until, disabling=disabling
    )


def pause_after(attempt: int, chance: float) -> timedelta:
    """How long to wait after the first, second, … attempt failed."""
    return PAUSES[attempt - 1] * (1 - JITTER + 2 * JITTER * chance)


def is_given_up(health: Health, *, patience: timedelta, now: datetime) -> bool:
    """Whether an endpoint that failed once more has only failed for longer than `patience`, and often."""
    if health.failing_since is None or health.failures + 1 < FEWEST_FAILURES:
        return False
    return now - health.failing_since >= patience


def _quiet_until(answer: Answer, now: datetime) -> datetime | None:
    """Until when an answer asks us to stay away from the whole endpoint."""
    if answer.status not in ASK_FOR_QUIET or not answer.retry_after:
        return None
    asked = _moment(answer.retry_after.strip(), now)
    return min(asked, now + LONGEST_QUIET) if asked and asked > now else None


def _moment(retry_after: str, now: datetime) -> datetime | None:
    """Retry-After (RFC 9110): a number of seconds, or a date. None for anything else."""
    if retry_after.isascii() and retry_after.isdecimal():
        return now + min(timedelta(seconds=int(retry_after[:9])), LONGEST_QUIET)
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
