"""Which types of facts an endpoint wants: `post.written`, everything of an area as `posts.*`, or everything as `*`."""

from collections.abc import Collection, Mapping

EVERYTHING = "*"
MAX_WANTED = 100

TEST = "webhook.test"
"""The type of a test. Nothing happened, so it is in no feed, and nobody subscribes to it."""


def wants(wanted: Collection[str], fact_type: str, area: str) -> bool:
    """Whether somebody who wants these hears facts of a type that this area declares."""
    return EVERYTHING in wanted or fact_type in wanted or f"{area}.*" in wanted


def strangers(wanted: Collection[str], known: Mapping[str, str]) -> list[str]:
    """Those of the wanted that name nothing among the known types, which come with their areas."""
    names = {EVERYTHING, *known, *(f"{area}.*" for area in known.values())}
    return [each for each in wanted if each not in names]
