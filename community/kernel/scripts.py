"""Scripts that are written without spaces between words, which hashtags and search must treat apart."""

import re
from functools import lru_cache

_SPACELESS = re.compile(
    "[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af々-〇"  # Han with its extensions
    "\u3040-\u30ff\uff66-\uff9f\u3100-\u312f\u31a0-\u31ff"  # kana, half-width kana, bopomofo
    "\uac00-\ud7af"  # hangul syllables: Korean has spaces, but particles follow a word without one
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"  # Thai, Lao, Burmese, Khmer
)

MAX_KNOWN = 8_192
"""So many characters are known by heart: texts are looked at character by character, and use the same few."""


@lru_cache(MAX_KNOWN)
def is_spaceless(c: str) -> bool:
    """Whether the character `c` belongs to such a script."""
    return _SPACELESS.match(c) is not None
