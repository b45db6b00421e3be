"""What a request asks for by its headers, worked out once for all that say the same: clients of one kind do."""

from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from starlette.datastructures import Headers

from api.negotiation import Accepted, MediaType, accepted, refuse_foreign_pages
from api.parameters import RequestRefused, require_json
from community.kernel.messages import choose_locale

Raw = tuple[tuple[bytes, bytes], ...]

MATTERS = frozenset(
    {b"accept", b"accept-language", b"content-encoding", b"content-type", b"host", b"origin", b"sec-fetch-site"}
)
"""Headers that say how to answer and whether to; who asks and what is asked are in others."""

VALUE = itemgetter(1)

REMEMBERED = 1_000
LONGEST = 1_000
"""Headers longer than this are looked at each time."""


@dataclass
class MethodNotAllowed(RequestRefused):
    """GraphQL is asked by GET or POST."""

    status = 405
    message = "Use GET for queries and POST for everything."


@dataclass(frozen=True, slots=True)
class Manner:
    """How to answer a request, or why it is refused unread."""

    locale: str
    kind: MediaType
    """What a refusal is written as."""
    accepts: Accepted
    refusal: RequestRefused | None = None


def manner_of(method: str, headers: list[tuple[bytes, bytes]], allowed_origins: tuple[str, ...]) -> Manner:
    """How a request with these headers wants to be answered, as far as it may ask at all."""
    said = tuple([(name, value) for name, value in headers if name in MATTERS])
    if sum(map(len, map(VALUE, said))) > LONGEST:
        return _read(method, said, allowed_origins)
    return _known(method, said, allowed_origins)


def _read(method: str, said: Raw, allowed_origins: tuple[str, ...]) -> Manner:
    headers = Headers(raw=[*said])
    locale, accepts = choose_locale(headers.get("accept-language")), Accepted(MediaType.JSON, None)
    try:
        accepts = accepted(headers)
        refuse_foreign_pages(headers, allowed_origins)
        if method not in ("GET", "POST"):
            raise MethodNotAllowed
        if method == "POST":
            require_json(headers)
    except RequestRefused as refusal:
        return Manner(locale, accepts.single or MediaType.JSON, accepts, refusal.with_traceback(None))
    return Manner(locale, accepts.single or MediaType.JSON, accepts)


_known = lru_cache(REMEMBERED)(_read)
