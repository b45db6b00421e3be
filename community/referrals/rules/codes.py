"""Codes: what a link is called, and when two of them look the same to somebody who reads or types them."""

import re
from collections.abc import Callable

from community.kernel.text import fold

SHORTEST = 4
LONGEST = 30
LONGEST_SUB_SOURCE = 40
LONGEST_LABEL = 80

LETTERS = "34679cdfghjkmnpqrtvwxy"
"""What made codes are written with: no vowels, so no words; no two that look alike."""

MADE_LENGTH = 9
"""22⁹ codes: a guesser who may try 30 a minute meets one of a million links once in two weeks, and gains nothing."""

RESERVED = frozenset({
    "admin", "api", "app", "draw", "event", "graphql", "health", "help", "hourglass", "login", "metrics", "official",
    "partner", "signin", "signup", "staff", "support", "system",
})  # fmt: skip

_CODE = re.compile(rf"[A-Za-z0-9](?:-?[A-Za-z0-9]){{{SHORTEST - 1},{LONGEST - 1}}}", re.ASCII)
_SUB_SOURCE = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{LONGEST_SUB_SOURCE - 1}}}", re.ASCII)
_LOOKS_LIKE = str.maketrans("01i25z8", "ollsssb")


def code_key(code: str) -> str:
    """What codes that look alike have in common: case, hyphens, 0 and o, 1 l and i, 2 z 5 and s, 8 and b, rn and m.

    A code is found and is unique by its key, so nobody can take one that is mistaken for another's, and who mistypes
    such a letter arrives all the same.
    """
    plain = fold(code).replace("-", "").translate(_LOOKS_LIKE)
    return plain.replace("rn", "m").replace("vv", "w")


def is_code(code: str) -> bool:
    """Whether somebody may choose it: 4 to 30 letters a-z and digits with single hyphens between, none of our words."""
    return (
        len(code) <= LONGEST
        and _CODE.fullmatch(code) is not None
        and len(code_key(code)) >= SHORTEST
        and code_key(code) not in _RESERVED_KEYS
    )


def could_be_code(text: str) -> bool:
    """Whether a code might be spelled like that, so that it is worth looking for."""
    return 0 < len(text) <= LONGEST and text.isascii() and text.replace("-", "").isalnum()


def make_code(choose: Callable[[str], str]) -> str:
    """A code that nobody chose. `choose` picks a letter, unpredictably."""
    return "".join(choose(LETTERS) for _ in range(MADE_LENGTH))


def is_sub_source(text: str) -> bool:
    """Whether it can name where a link is used, such as `newsletter-3`."""
    return _SUB_SOURCE.fullmatch(text) is not None


_RESERVED_KEYS = frozenset(map(code_key, RESERVED))
