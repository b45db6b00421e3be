"""Scripts that are written without spaces between words, which hashtags and search must treat apart."""

import re

from community.kernel.text import CJK

_SPACELESS = re.compile(
    rf"[{CJK}々-〇\u3100-\u312f\u31a0-\u31ff\uff66-\uff9f"  # Han, kana, hangul syllables, bopomofo, half-width kana
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"  # Thai, Lao, Burmese, Khmer
)


def is_spaceless(c: str) -> bool:
    """Whether the character `c` belongs to such a script."""
    return _SPACELESS.match(c) is not None
