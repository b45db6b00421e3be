"""What a post or a comment may say: cleaned, not blank, not too long, not stuffed."""

import re
import unicodedata

from community.kernel.text import is_blank, reason_in, strip_controls
from community.posts import errors
from community.posts.rules import limits, markdown
from community.posts.rules.markdown import Document

_LINE_ENDS = re.compile(r"\r\n?")


def normalized(source: str) -> str:
    """The text as it is kept: composed (NFC), lines ended by \\n, without control characters and lone surrogates."""
    composed = unicodedata.normalize("NFC", strip_controls(_LINE_ENDS.sub("\n", source)))
    return composed.rstrip().lstrip("\n")


def read(source: str, max_length: int) -> Document:
    """The meaning of a text that is already `normalized`.

    Raises TextTooLong, EmptyText, HashtagTooLong, TooManyHashtags or TooManyMentions.
    """
    if len(source) > max_length:
        raise errors.TextTooLong(len(source), max_length)
    document = markdown.parse(source)
    if is_blank(document.text):
        raise errors.EmptyText
    for name in document.hashtags:
        if len(name) > limits.MAX_HASHTAG_LENGTH:
            raise errors.HashtagTooLong(name[:20], len(name), limits.MAX_HASHTAG_LENGTH)
    if len(document.hashtags) > limits.MAX_HASHTAGS:
        raise errors.TooManyHashtags(len(document.hashtags), limits.MAX_HASHTAGS)
    if len(document.mentions) > limits.MAX_MENTIONS:
        raise errors.TooManyMentions(len(document.mentions), limits.MAX_MENTIONS)
    return document


def removal_reason(reason: str | None, *, is_author: bool) -> str:
    """The reason to keep with a removal; authors need none. Raises InvalidReason."""
    if is_author and is_blank(reason or ""):
        return ""
    return reason_in(reason or "")
