"""Whether a URL can be an endpoint's: what can be seen from its text. Where its name leads is seen when connecting.

Only one spelling is taken, so that no two programs can read two different hosts out of it.
"""

import re

from community.kernel.words import Word
from community.webhooks.rules import addresses

MAX_LENGTH = 2_000
PORTS = frozenset({443, 8443})

_READABLE = re.compile(r"[!$-;=?-Z_a-z~\[\]#]+")
"""Visible ASCII without quotes, angle and curly brackets, backslash, caret, backtick and bar."""

_SHAPE = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<rest>(?:[/?][^#]*)?)(?P<fragment>#.*)?"
)
_PLACE = re.compile(r"(?P<host>[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_QUAD = re.compile(r"(0|[1-9][0-9]{0,2})(\.(0|[1-9][0-9]{0,2})){3}")

NAMES_AT_HOME = frozenset(
    {"arpa", "corp", "home", "internal", "intranet", "invalid", "lan", "local", "localdomain", "localhost", "onion"}
)
"""Last labels of names that mean something inside a network only."""

THIS_MACHINE = frozenset({"localhost", "127.0.0.1"})


class Flaw(Word):
    """What is wrong with a URL."""

    UNREADABLE = "unreadable", "It is too long, no absolute URL, or has characters that do not belong into one."
    SCHEME = "scheme", "It does not begin with https."
    USER = "user", "It carries a user name or a password."
    FRAGMENT = "fragment", "It has a fragment, which no server ever sees."
    PORT = "port", "Its port is neither 443 nor 8443."
    HOST = "host", "Its host is not the full name of a public host: two labels or more, in ASCII."
    ADDRESS = "address", "Its host is a number that is no public IPv4 address of four plain decimals."


def flaw_in(url: str, *, loopback: bool = False) -> Flaw | None:
    """The first flaw; None for a good one. With `loopback` this machine is fine too, over http and on any port."""
    shape = _SHAPE.fullmatch(url) if _READABLE.fullmatch(url) and len(url) <= MAX_LENGTH else None
    if shape is None:
        return Flaw.UNREADABLE
    if "@" in shape["authority"]:
        return Flaw.USER
    place = _PLACE.fullmatch(shape["authority"])
    is_here = loopback and place is not None and place["host"].lower() in THIS_MACHINE
    if shape["scheme"].lower() not in ({"http", "https"} if is_here else {"https"}):
        return Flaw.SCHEME
    if shape["fragment"] is not None:
        return Flaw.FRAGMENT
    if place is None:
        return Flaw.HOST
    if is_here:
        return None
    return _flaw_in_host(place["host"].lower()) or (None if int(place["port"] or 443) in PORTS else Flaw.PORT)


def _flaw_in_host(host: str) -> Flaw | None:
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return None if _QUAD.fullmatch(host) and addresses.is_public(host) else Flaw.ADDRESS
    if len(labels) < 2 or len(host) > 253 or labels[-1] in NAMES_AT_HOME:
        return Flaw.HOST
    return None if all(_LABEL.fullmatch(label) for label in labels) else Flaw.HOST
