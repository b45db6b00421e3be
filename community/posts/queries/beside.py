"""What is read along with posts and comments."""

from collections.abc import Iterable
from typing import Any

from community.kernel.along import Along, Companion

IDS_OF_HASHTAGS = 'array(select id from posts_hashtag where name collate "C" = any({text}.hashtags))'


def along_posts(
    *,
    of_posts: Iterable[Companion[Any]] = (),
    of_authors: Iterable[Companion[Any]] = (),
    of_mentioned: Iterable[Companion[Any]] = (),
    of_hashtags: Iterable[Companion[Any]] = (),
) -> Along:
    """What is to be read along with posts: about each itself, who wrote it, whom it mentions, its hashtags."""
    found = _along("p", of_posts, of_authors, of_mentioned)
    for companion in of_hashtags:
        found.bring_each(companion, IDS_OF_HASHTAGS.format(text="p"))
    return found


def along_comments(
    *,
    of_comments: Iterable[Companion[Any]] = (),
    of_authors: Iterable[Companion[Any]] = (),
    of_mentioned: Iterable[Companion[Any]] = (),
) -> Along:
    """What is to be read along with comments: about each itself, who wrote it, whom it mentions."""
    return _along("c", of_comments, of_authors, of_mentioned)


def _along(
    text: str,
    of_texts: Iterable[Companion[Any]],
    of_authors: Iterable[Companion[Any]],
    of_mentioned: Iterable[Companion[Any]],
) -> Along:
    found = Along()
    for companion in of_texts:
        found.bring(companion, f"{text}.id")
    for companion in of_authors:
        found.bring(companion, f"{text}.author_id")
    for companion in of_mentioned:
        found.bring_each(companion, f"{text}.mention_ids")
    return found
