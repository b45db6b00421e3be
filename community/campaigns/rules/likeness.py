"""When two texts say the same: what is left of them without hashtags, mentions, addresses, marks, width and case.

Texts are near-same when at least NEAR of the runs of three characters that either has are in both (Jaccard). So that
nobody has to be compared with everybody, each text keeps a sketch of KEYS numbers: texts that are near-same share at
least one of them, all but surely (one-permutation MinHash in bands of two; a pair at 0.85 is missed once in 25,000).
"""

import hashlib
import unicodedata

from community.kernel.text import fold

RUN = 3
NEAR = 0.85
SHORTEST = 20
"""Shorter texts are the same only when they are equal: two people may honestly write 超好吃！推薦."""

BINS = 16
KEYS = 8
EMPTY = -1


def essence(text: str) -> str:
    """The letters and digits of a text, folded."""
    return "".join(c for c in fold(text) if unicodedata.category(c)[0] in "LN")


def fingerprint(essential: str) -> str:
    """Equal for equal essences; nothing for what says nothing in letters, such as a picture alone."""
    return hashlib.sha256(essential.encode()).hexdigest() if essential else ""


def sketch(essential: str) -> list[int]:
    """The numbers under which near-same texts are found; none for a text that is too short."""
    if len(essential) < SHORTEST:
        return []
    smallest = [EMPTY] * BINS
    for run in _runs(essential):
        digest = _hash(run.encode())
        place, value = digest % BINS, digest // BINS
        if smallest[place] == EMPTY or value < smallest[place]:
            smallest[place] = value
    width = BINS // KEYS
    bands = (smallest[band * width : (band + 1) * width] for band in range(KEYS))
    return [_hash(repr((band, values)).encode()) for band, values in enumerate(bands)]


def are_near(one: str, other: str) -> bool:
    """Whether two essences are near-same."""
    if min(len(one), len(other)) < SHORTEST:
        return one == other
    runs, others = _runs(one), _runs(other)
    return len(runs & others) >= NEAR * len(runs | others)


def _runs(essential: str) -> set[str]:
    return {essential[place : place + RUN] for place in range(len(essential) - RUN + 1)}


def _hash(value: bytes) -> int:
    """63 bits, so that it fits PostgreSQL's bigint."""
    return int.from_bytes(hashlib.blake2b(value, digest_size=8).digest()) >> 1
