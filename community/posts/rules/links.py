"""What in a line of plain text is a link: hashtags, mentions and web addresses.

An address ends at the first character that is not ASCII, because Chinese follows it without a space:
看https://example.com/a，很好 links what a reader would. So does a handle: 謝謝@anna推薦 mentions anna.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from community.kernel.text import fold
from community.members.rules import HANDLE
from community.posts.rules import hashtags


class Kind(Enum):
    """What a link leads to."""

    HASHTAG = "hashtag"
    MENTION = "mention"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Link:
    """A link from `start` to just before `end`. `target` is a hashtag's name, a folded handle, or an address."""

    kind: Kind
    start: int
    end: int
    target: str


_BEGINNING = re.compile(rf"[{hashtags.SIGNS}](?=\w)|[@＠](?=[a-z])|https?://(?=[a-z0-9\[])", re.IGNORECASE)
_HANDLE = re.compile(rf"{HANDLE.pattern}(?![A-Za-z0-9_])")
_ADDRESS = re.compile(r"https?://[a-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+", re.IGNORECASE)
_ASCII_WORD = re.compile(r"[A-Za-z0-9_]")


def scan(text: str, before: str = "\n") -> Iterator[Link]:
    """The links in `text` from left to right. `before` is the character that stands before it."""
    place, hashtag_end = 0, -1
    while beginning := _BEGINNING.search(text, place):
        start = beginning.start()
        previous = text[start - 1] if start else before
        link = _link_at(text, start, "\n" if start == hashtag_end else previous)
        if link:
            yield link
        if link and link.kind is Kind.HASHTAG:
            hashtag_end = link.end
        place = link.end if link else start + 1


def _link_at(text: str, start: int, previous: str) -> Link | None:
    if text[start] in hashtags.SIGNS:
        return _hashtag_at(text, start, previous)
    if text[start] in "@＠":
        return _mention_at(text, start, previous)
    return _address_at(text, start, previous)


def _hashtag_at(text: str, start: int, previous: str) -> Link | None:
    if not hashtags.may_begin_after(previous):
        return None
    end = hashtags.end_of(text, start + 1)
    name = hashtags.name_of(text[start + 1 : end])
    return Link(Kind.HASHTAG, start, end, name) if name else None


def _mention_at(text: str, start: int, previous: str) -> Link | None:
    """A handle after an @ that does not belong to an e-mail address or a path."""
    handle = None if previous in "/@" or _ASCII_WORD.match(previous) else _HANDLE.match(text, start + 1)
    return Link(Kind.MENTION, start, handle.end(), fold(handle[0])) if handle else None


def _address_at(text: str, start: int, previous: str) -> Link | None:
    found = None if _ASCII_WORD.match(previous) else _ADDRESS.match(text, start)
    if not found:
        return None
    address = _without_sentence_end(found[0])
    return Link(Kind.ADDRESS, start, start + len(address), address)


def _without_sentence_end(address: str) -> str:
    """The address without the punctuation of the sentence around it. A bracket that was opened inside may close."""
    end, unopened = len(address), address.count(")") - address.count("(")
    while address[end - 1] in ".,:;!?'*_~" or (address[end - 1] == ")" and unopened > 0):
        unopened -= address[end - 1] == ")"
        end -= 1
    return address[:end]
