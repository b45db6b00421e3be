"""Text as people write it: folded for comparing, cut into words for searching, cleaned of what cannot be seen."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby

CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af\U00020000-\U000323af"
"""Scripts written without spaces between words: Han with its extensions, kana, hangul syllables."""

_CJK = re.compile(f"[{CJK}]")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def fold(text: str) -> str:
    """The form under which two spellings are the same: NFKC (width), case folded, NFKC again."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def has_invisible(text: str, *, allowed: str = "") -> bool:
    """Whether text holds control, format (zero-width, direction), surrogate, private or unassigned characters."""
    return any(unicodedata.category(c) in _INVISIBLE and c not in allowed for c in text)


def strip_controls(text: str) -> str:
    """Text without control characters and lone surrogates, which databases refuse; newlines and tabs stay."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def search_tokens(text: str) -> list[str]:
    """Tokens to index: words as they are, runs of CJK as overlapping pairs (a single character as itself)."""
    return list(_tokens(fold(text)))


def _tokens(folded: str) -> Iterator[str]:
    for kind, run in groupby(folded, key=_kind):
        characters = "".join(run)
        if kind == "word" or (kind == "cjk" and len(characters) == 1):
            yield characters
        elif kind == "cjk":
            yield from (characters[i : i + 2] for i in range(len(characters) - 1))


def _kind(character: str) -> str:
    """Letters, digits and the marks on them make words; what stands between has no kind."""
    if _CJK.match(character):
        return "cjk"
    return "word" if unicodedata.category(character)[0] in "LNM" else ""
