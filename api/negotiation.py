"""What a request may be answered with, by its headers: media types, and pages of which origins may ask at all."""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from api.parameters import RequestRefused

_QUALITY = re.compile(r"(?:^|;)\s*q=([01](?:\.\d{0,3})?)\s*(?:;|$)", re.IGNORECASE)


class MediaType(StrEnum):
    """What we answer with."""

    RESPONSE = "application/graphql-response+json"
    JSON = "application/json"
    EVENTS = "text/event-stream"
    MULTIPART = "multipart/mixed"


SINGLES = (MediaType.RESPONSE, MediaType.JSON)
STREAMS = (MediaType.EVENTS, MediaType.MULTIPART)


@dataclass
class NotAcceptable(RequestRefused):
    """The client accepts nothing that we can send."""

    status = 406
    message = "Accept application/graphql-response+json, application/json, text/event-stream or multipart/mixed."


@dataclass
class ForeignOrigin(RequestRefused):
    """A page of an origin that is not allowed sent this, perhaps without its user knowing."""

    code = "FORBIDDEN"
    status = 403
    message = "Pages of this origin may not call this server. Its operator can add the origin to those allowed."


@dataclass(frozen=True, slots=True)
class Accepted:
    """The best of our types for one result, and for a stream of them. At least one is there."""

    single: MediaType | None
    stream: MediaType | None


def accepted(headers: Headers) -> Accepted:
    """What the Accept header leaves us (RFC 9110 §12.5.1). Without one, or with */*, the answer is application/json."""
    named = qualities(",".join(headers.getlist("accept")))
    if not named:
        return Accepted(MediaType.JSON, None)
    # Of two that are as welcome, the newer one where it is named, else the one that every client reads.
    singles = SINGLES if MediaType.RESPONSE in named else reversed(SINGLES)
    best = Accepted(
        _best({kind: _quality_of(kind, named) for kind in singles}),
        _best({kind: named.get(kind, 0.0) for kind in STREAMS}),
    )
    if best.single is None and best.stream is None:
        raise NotAcceptable
    return best


def qualities(header: str) -> dict[str, float]:
    """What an Accept or Accept-Encoding header names, in lower case, each with its quality (RFC 9110 §12.4.2)."""
    parts = (part.partition(";") for part in header.split(",") if part.strip())
    return {name.strip().lower(): _quality(parameters) for name, _, parameters in parts}


def refuse_foreign_pages(headers: Headers, allowed_origins: tuple[str, ...]) -> None:
    """Raise ForeignOrigin for what a browser says another site's page sent. What is no browser says nothing of that."""
    origin = headers.get("origin")
    if origin is not None:
        if not _is_own(origin, headers.get("host", "")) and origin not in allowed_origins:
            raise ForeignOrigin
    elif headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        raise ForeignOrigin


def _best(welcome: dict[MediaType, float]) -> MediaType | None:
    """The most welcome one, of several the first; none where none is welcome at all."""
    best = max(welcome, key=welcome.__getitem__)
    return best if welcome[best] else None


def _quality_of(kind: MediaType, named: dict[str, float]) -> float:
    """How welcome a kind of JSON is: of the ranges that it is in, the most specific one says so."""
    return next((named[each] for each in (kind, "application/*", "*/*") if each in named), 0.0)


def _quality(parameters: str) -> float:
    given = _QUALITY.search(parameters)
    return float(given[1]) if given else 1.0


def _is_own(origin: str, host: str) -> bool:
    """Whether an origin is where the request was sent. Behind a proxy the scheme may differ: hosts are compared."""
    try:
        parts = urlsplit(origin)
    except ValueError:  # such as http://[
        return False
    port = {"http": ":80", "https": ":443"}.get(parts.scheme)
    return port is not None and parts.netloc.removesuffix(port) == host.removesuffix(port)
