"""What finds a text: its words, in PostgreSQL's tsvector with places, and the question that fits them, a tsquery.

Words of scripts with spaces are taken whole; the last word of a question may be only begun. Scripts without spaces are
cut into overlapping pairs, and the last character of each run also stands alone: 在南湖邊 gives 在南 南湖 湖邊 邊.
So two characters are one exact token. More are a phrase of tokens on consecutive places: 台北美食 does not find 台北,
北美 and 美食 in three places. A single character is the beginning of a token. That is dearer: it reads the lists of all
tokens that begin with it, as many as there are characters that ever followed it.

Width and case are folded, and invisible format characters count for nothing. Traditional and simplified characters are
different ones: 台灣 does not find 台湾. PostgreSQL keeps 256 places of a token in a text and numbers places up to
16,383; beyond that a phrase may be missed.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

from community.kernel.scripts import MAX_KNOWN, is_spaceless
from community.kernel.text import fold

MAX_TOKEN_LENGTH = 64
MAX_PLACE = 16_383
MIN_BEGINNING = 2
"""A Latin word of one letter finds that word only, not everything that begins with the letter."""


def words_of(text: str) -> str:
    """The tsvector of a text, as PostgreSQL reads it."""
    places: dict[str, list[str]] = {}
    for token, place in _tokens(text):
        places.setdefault(token, []).append(str(min(place + 1, MAX_PLACE)))
    return " ".join(f"'{token}':{','.join(found[:256])}" for token, found in places.items())


def question_of(query: str) -> str | None:
    """The tsquery that a search means, as PostgreSQL reads it; None when there is nothing in it to search for.

    What stands between spaces is one phrase, and a text must have all phrases.
    """
    phrases = [phrase for chunk in fold(query).split() if (phrase := _phrase(chunk))]
    if not phrases:
        return None
    *_, (last, is_open) = phrases
    beginning = f"{last}:*" if is_open else last
    return " & ".join(f"({phrase})" for phrase in [*(phrase for phrase, _ in phrases[:-1]), beginning])


def _phrase(chunk: str) -> tuple[str, bool] | None:
    """The tokens of a chunk at their distances, and whether the last is a word that may be only begun."""
    parts: list[str] = []
    previous, is_open = 0, False
    for run, place in _runs(chunk):
        spaceless = is_spaceless(run[0])
        tokens = list(_pairs(run)) if spaceless else [run[:MAX_TOKEN_LENGTH]]
        for offset, token in enumerate(tokens):
            if parts:
                parts.append(f"<{place + offset - previous}>")
            parts.append(f"'{token}':*" if spaceless and len(token) == 1 else f"'{token}'")
            previous = place + offset
        is_open = not spaceless and len(run) >= MIN_BEGINNING
    return (" ".join(parts), is_open) if parts else None


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    for run, place in _runs(fold(text)):
        if is_spaceless(run[0]):
            for offset in range(len(run)):
                yield run[offset : offset + 2], place + offset
        else:
            yield run[:MAX_TOKEN_LENGTH], place


def _runs(folded: str) -> Iterator[tuple[str, int]]:
    """Words and runs of spaceless characters, each with its place: a word takes one place, each such character one."""
    place = 0
    # What Python prints holds no format characters; the look at each character is for the rest.
    seen = folded if folded.isprintable() else (c for c in folded if unicodedata.category(c) != "Cf")
    for spaceless, characters in groupby(seen, _sort):
        if spaceless is None:
            continue
        run = "".join(characters)
        yield run, place
        place += len(run) if spaceless else 1


def _pairs(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
    for offset in range(len(run) - 1):
        yield run[offset : offset + 2]


@lru_cache(MAX_KNOWN)
def _sort(c: str) -> bool | None:
    """True for a character of a spaceless script, False for one of a word, None for what is in neither."""
    if unicodedata.category(c)[0] not in "LNM":
        return None
    return is_spaceless(c)
