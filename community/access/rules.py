"""What makes an e-mail, a password, an attempt, a refresh acceptable. Values in, decisions out."""

import ipaddress
import re
import unicodedata
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from math import ceil
from pathlib import Path

from community.access.errors import InvalidEmail, InvalidKeyName, KeyEndsInThePast, KeyWithoutScope, WeakPassword
from community.access.policy import Scope
from community.kernel import text

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
LONGEST_EMAIL = 254
LONGEST_KEY_NAME = 100

ATTEMPT_WINDOW = timedelta(minutes=15)
"""For so long a failure to sign in counts."""

GRACE = timedelta(seconds=10)
"""For so long after a rotation its refresh token, sent again, is taken for a retry whose answer got lost."""

_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_LABEL = r"[^\W_](?:[^\W_]|-(?=[^\W_]|-)){0,62}"
_EMAIL = re.compile(rf"(?=.{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+(?!\d+$){_LABEL}")


def readable_email(email: str) -> str:
    """The address as it is kept and shown: trimmed, full-width forms made plain. Raises InvalidEmail."""
    plain = unicodedata.normalize("NFKC", email[: 4 * LONGEST_EMAIL]).strip()
    if len(plain) > LONGEST_EMAIL or not _EMAIL.fullmatch(plain):
        raise InvalidEmail(text.strip_controls(email)[:LONGEST_EMAIL])
    return plain


def email_key(email: str) -> str:
    """What two spellings of one address have in common: width and case do not count."""
    return text.strip_controls(text.fold(email[: 4 * LONGEST_EMAIL])).strip()


def readable_password(password: str) -> str:
    """The password as it is hashed: NFKC, so that typed on two keyboards it is one; cut where none can be that long."""
    return unicodedata.normalize("NFKC", password[: 4 * LONGEST_PASSWORD])[: LONGEST_PASSWORD + 1]


def check_password(password: str, email: str) -> None:
    """Raise WeakPassword for what a guesser tries first. Length counts after NFKC; no digit or sign is demanded."""
    plain = readable_password(password)
    folded = text.fold(plain)
    own = {email_key(email), email_key(email).partition("@")[0]}
    fits = SHORTEST_PASSWORD <= len(plain) <= LONGEST_PASSWORD
    if not fits or len(set(folded)) < 3 or folded in own or folded in _common_passwords():
        raise WeakPassword(SHORTEST_PASSWORD, LONGEST_PASSWORD)


def seconds_to_wait(tried_at: Sequence[datetime], allowed: int, now: datetime) -> int:
    """Whole seconds until another attempt is allowed; 0 when it is now. At most `allowed` in any ATTEMPT_WINDOW."""
    counted = recent(tried_at, now)
    if len(counted) < allowed:
        return 0
    return ceil((counted[-allowed] + ATTEMPT_WINDOW - now).total_seconds())


def recent(tried_at: Sequence[datetime], now: datetime) -> list[datetime]:
    """The attempts that still count, in order."""
    return sorted(at for at in tried_at if at > now - ATTEMPT_WINDOW)


def address_group(address: str) -> str:
    """What counts as one caller: an IPv4 address, or the /64 that an IPv6 host moves about in."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


class Decision(StrEnum):
    """What to do with a genuine refresh token."""

    ROTATE = "rotate"
    REPEAT = "repeat"
    END_FAMILY = "end_family"
    REFUSE = "refuse"


def refresh_decision(
    *,
    presented: int,
    current: int,
    rotated_at: datetime,
    expires_at: datetime,
    ended_at: datetime | None,
    now: datetime,
) -> Decision:
    """Generation `presented` of a family whose only good one is `current`, which came to be at `rotated_at`.

    The one just before is repeated during the grace: its answer got lost, and its successor, being current, is unused.
    Any other earlier one is a replay: two parties hold the family, and nobody can tell which is the owner.
    """
    if ended_at is not None:
        return Decision.REFUSE
    if presented == current:
        return Decision.ROTATE if now < expires_at else Decision.REFUSE
    if presented == current - 1 and now < rotated_at + GRACE:
        return Decision.REPEAT
    return Decision.END_FAMILY


def check_key(name: str, scopes: Collection[Scope], expires_at: datetime | None, *, now: datetime) -> None:
    """Raise InvalidKeyName, KeyWithoutScope or KeyEndsInThePast for a key that cannot be made."""
    if not text.is_name(name.strip(), LONGEST_KEY_NAME):
        raise InvalidKeyName(LONGEST_KEY_NAME)
    if not scopes:
        raise KeyWithoutScope
    if expires_at is not None and expires_at <= now:
        raise KeyEndsInThePast


@cache
def _common_passwords() -> frozenset[str]:
    return frozenset((Path(__file__).parent / "common_passwords.txt").read_text("utf-8").split("\n"))
