"""Where a hashtag ends, and when two of them are the same: in any script.

A hashtag is `#`, or its full-width `＃` or small `﹟` form, and then letters, digits, combining marks and `_`, at
least one of them a letter. `·` `・` and the zero-width joiners that Persian and Indic spelling needs may stand between
two such characters. Spaces, punctuation of any script, emoji and all other invisible characters end it.

Chinese, Japanese, Thai and their neighbours write without spaces, so there `#` begins a hashtag in the middle of a
line: 今天#台北美食#真好吃 has two. After a letter or digit of a script with spaces it does not (C#, page#top), unless
that letter belongs to the hashtag before: #one#two are two. After `/` and `&` it belongs to an address or an entity.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID, uuid5

from community.kernel.scripts import MAX_KNOWN, is_spaceless
from community.kernel.text import fold

SIGNS = "#＃﹟"

_NAMESPACE = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
_JOINERS = "\u200c\u200d"
_WITHOUT_JOINERS = dict.fromkeys(map(ord, _JOINERS))
_INNER = "·・･" + _JOINERS
_UNSEEN = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef\u034f\u180b-\u180f\u20e3\u115f\u1160\u3164\uffa0]")
"""Marks that only choose a glyph, like the one that makes #️⃣ of #, and letters that are blank."""


def name_of(spelling: str) -> str | None:
    """The one name of all spellings of a hashtag, which is given without its sign. None if it is none."""
    name = folded(spelling)
    return name if _is_name(name) else None


def folded(spelling: str) -> str:
    """A spelling, or the beginning of one, as names are written."""
    return fold(spelling.translate(_WITHOUT_JOINERS))


def end_of(text: str, start: int) -> int:
    """Where the characters end that may belong to a hashtag and begin at `start`."""
    end = start
    while end < len(text) and (_belongs(text[end]) or (end > start and text[end] in _INNER)):
        end += 1
    while end > start and text[end - 1] in _INNER:
        end -= 1
    return end


def may_begin_after(previous: str) -> bool:
    """Whether a `#` right after the character `previous` can begin a hashtag."""
    return previous not in "/&" and (not _belongs(previous) or is_spaceless(previous))


@lru_cache(10_000)
def hashtag_id(name: str) -> UUID:
    """The id of the hashtag called `name`: computed, so that nothing has to be looked up."""
    return uuid5(_NAMESPACE, name)


def hashtag_ids(names: Iterable[str]) -> list[UUID]:
    """The ids of the hashtags with these names, in their order."""
    return [hashtag_id(name) for name in names]


def _is_name(name: str) -> bool:
    return (
        any(unicodedata.category(c)[0] == "L" for c in name)
        and unicodedata.category(name[0])[0] != "M"
        and end_of(name, 0) == len(name)
    )


@lru_cache(MAX_KNOWN)
def _belongs(c: str) -> bool:
    """Whether `c` is an underscore, or a letter, digit or mark that can be seen."""
    return c == "_" or (unicodedata.category(c)[0] in "LNM" and not _UNSEEN.match(c))
