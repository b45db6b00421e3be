"""Text as people write it: folded for comparing, cleaned of what cannot be seen."""

import re
import unicodedata

from community.kernel.errors import InvalidReason

LONGEST_REASON = 500

_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def fold(text: str) -> str:
    """The form under which two spellings are the same: NFKC (width), case folded, NFKC again."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def has_invisible(text: str, *, allowed: str = "") -> bool:
    """Whether text holds control, format (zero-width, direction), surrogate, private or unassigned characters."""
    # What Python prints holds none of these; the look at each character is for the rest.
    return not text.isprintable() and any(unicodedata.category(c) in _INVISIBLE and c not in allowed for c in text)


def is_blank(text: str) -> bool:
    """Whether nothing in it leaves ink: only spaces, marks without a letter, invisible characters, blank letters."""
    return not any(unicodedata.category(c)[0] in "LNPS" and c not in _BLANK_LETTERS for c in text)


def strip_controls(text: str) -> str:
    """Text without control characters and lone surrogates, which databases refuse; newlines and tabs stay."""
    return _CONTROLS.sub("", text)


def reason_in(text: str) -> str:
    """Why somebody decided something, as it is kept: without blanks around it; it may have lines.

    Raises InvalidReason for nothing that can be read, for what cannot be seen, and for what is too long.
    """
    reason = text.strip()
    if len(reason) > LONGEST_REASON or is_blank(reason) or has_invisible(reason, allowed="\r\n\t"):
        raise InvalidReason(LONGEST_REASON)
    return reason


def is_name(text: str, longest: int) -> bool:
    """Whether a text from outside can name something: visible, without blanks around it, not longer than that."""
    return 0 < len(text) <= longest and text == text.strip() and not is_blank(text) and not has_invisible(text)
