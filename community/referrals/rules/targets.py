"""Where links may lead. A door that redirects wherever it is told is a gift to whoever sends forged mail."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

LONGEST = 500
CLICK = "hg_click"
"""The name under which the click id is handed over."""

_PLAIN = re.compile(r"[!#-;=?-\[\]_a-z~]+", re.ASCII)
"""What stands in an address as it is: printable ASCII without quotes, angle brackets, backslashes, spaces, braces."""

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?::\d{1,5})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Places:
    """Where links may lead: to `home` and below its origin, and to the `allowed` hosts, each perhaps with a path."""

    home: str
    allowed: Sequence[str] = ()


def is_target(target: str, places: Places) -> bool:
    """Whether a link may lead there: a path at home, or an address on an allowed host."""
    if not 0 < len(target) <= LONGEST or not _PLAIN.fullmatch(target) or CLICK in unquote(target):
        return False
    if target.startswith("/"):
        return not target.startswith("//") and _is_straight(target) and not _comes_back(target)
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    return _is_address(parts) and _is_as_safe(parts, places) and any(_covers(p, parts) for p in places.allowed)


def address_of(target: str | None, places: Places) -> str:
    """Where a link leads now: its target, or home where it has none or the target is not allowed any more."""
    if target is None or not is_target(target, places):
        return places.home
    address = urljoin(places.home, target)
    return address if not address.startswith("//") else places.home


@lru_cache(maxsize=1_000)
def around_click(address: str) -> tuple[str, str]:
    """What stands before and after the click id when it is handed over to this address."""
    before, mark, fragment = address.partition("#")
    return f"{before}{'&' if '?' in before else '?'}{CLICK}=", f"{mark}{fragment}"


def is_place(place: str) -> bool:
    """Whether it can be an allowed place: a host, perhaps with a port and a path."""
    host, slash, path = place.partition("/")
    return _HOST.fullmatch(host) is not None and (not slash or (_is_straight("/" + path) and "?" not in path))


def _is_address(parts: SplitResult) -> bool:
    return (
        parts.scheme in ("https", "http")
        and _HOST.fullmatch(parts.netloc.lower()) is not None  # so no user, no password, nothing that hides a host
        and _is_straight(parts.path or "/")
    )


def _is_as_safe(parts: SplitResult, places: Places) -> bool:
    """Only a home that is itself without TLS, as on a developer's machine, leads on without it."""
    return parts.scheme == "https" or places.home.startswith("http://")


def _is_straight(path: str) -> bool:
    """Whether a path stays below where it begins, however often it is decoded on its way."""
    for decoded in _decoded(path):
        segments = re.split(r"[/?#]", decoded)
        if "\\" in decoded or not {".", ".."}.isdisjoint(segments) or not decoded.isprintable():
            return False
    return not decoded.startswith("//")


def _comes_back(path: str) -> bool:
    """Whether a path leads to the door of links again."""
    return any(decoded.startswith("/r/") for decoded in _decoded(path))


def _decoded(path: str) -> Iterator[str]:
    """A path as it is, and as servers on its way may decode it."""
    for _ in range(4):
        yield path
        path = unquote(path)


def _covers(place: str, parts: SplitResult) -> bool:
    host, _, prefix = place.partition("/")
    within = "/" + prefix.rstrip("/")
    path = parts.path or "/"
    return parts.netloc.lower() == host.lower() and (within == "/" or path == within or path.startswith(within + "/"))
