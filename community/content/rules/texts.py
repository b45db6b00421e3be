"""What an item may be called and where it is found: titles, summaries, slugs in any script."""

import re
import unicodedata

from community.content import errors
from community.kernel.text import fold, is_blank, strip_controls

MAX_TITLE_LENGTH = 200
MAX_SUMMARY_LENGTH = 1_000
MAX_SLUG_LENGTH = 100
MAX_NOTE_LENGTH = 200

_LINE_ENDS = re.compile(r"\r\n?")
_HYPHENS = re.compile(r"-{2,}")


def line(text: str, field: str, max_length: int) -> str:
    """One line of text, composed and trimmed. Raises TextMissing or TextTooLong."""
    written = " ".join(strip_controls(unicodedata.normalize("NFC", text)).split())
    if is_blank(written):
        raise errors.TextMissing(field)
    if len(written) > max_length:
        raise errors.TextTooLong(field, len(written), max_length)
    return written


def optional_line(text: str | None, field: str, max_length: int) -> str:
    """The same where nothing may be said."""
    return line(text, field, max_length) if text and not is_blank(text) else ""


def body(text: str) -> str:
    """A body as it is kept: composed (NFC), lines ended by \\n, without control characters."""
    return strip_controls(_LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text))).strip("\n")


def slug(text: str) -> str:
    """What stands in an address for a title: letters, digits and marks of any script, hyphens for the rest.

    Raises SlugUnusable when nothing is left.
    """
    kept = "".join(c if unicodedata.category(c)[0] in "LNM" else "-" for c in fold(text))
    found = _HYPHENS.sub("-", kept).strip("-")[:MAX_SLUG_LENGTH].strip("-")
    if not found or is_blank(found):
        raise errors.SlugUnusable
    return found
