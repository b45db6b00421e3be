"""What a post is to a campaign: its hashtags, whether it shows something, how much of it is hashtags, what it says."""

from dataclasses import dataclass

from community.campaigns.rules import likeness
from community.posts.rules import markdown
from community.posts.rules.links import scan

MAX_CAMPAIGNS = 3
"""A post with the hashtags of more running campaigns than this enters none of them."""

MAX_HASHTAGS = 10
MAX_SHARE = 50
"""Percent of the characters that may be hashtags."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A text, as far as campaigns care."""

    hashtags: frozenset[str]
    has_media: bool
    is_stuffed: bool
    essence: str


def read(source: str) -> Reading:
    """Read a post's Markdown."""
    document = markdown.parse(source)
    words, tagged, place = [], 0, 0
    for link in scan(document.text):
        words.append(document.text[place : link.start])
        tagged += link.end - link.start if link.kind.value == "hashtag" else 0
        place = link.end
    words.append(document.text[place:])
    seen = len("".join(document.text.split()))
    return Reading(
        hashtags=frozenset(document.hashtags),
        has_media=bool(document.images),
        is_stuffed=len(document.hashtags) > MAX_HASHTAGS or tagged * 100 > seen * MAX_SHARE,
        essence=likeness.essence("".join(words)),
    )
