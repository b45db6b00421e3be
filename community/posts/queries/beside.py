"""Who comes along with posts and comments."""

from collections.abc import Iterable
from typing import Any

from community.kernel.along import Companion, Company
from community.posts.queries.comments import COLUMNS as OF_COMMENTS
from community.posts.queries.posts import COLUMNS as OF_POSTS

IDS_OF_HASHTAGS = 'array(select id from posts_hashtag where name collate "C" = any(p.hashtags))'


def with_posts(
    *,
    of_posts: Iterable[Companion[Any]] = (),
    of_authors: Iterable[Companion[Any]] = (),
    of_mentioned: Iterable[Companion[Any]] = (),
    of_hashtags: Iterable[Companion[Any]] = (),
) -> Company:
    """Who comes along with posts: about each itself, who wrote it, whom it mentions, its hashtags."""
    several = {"p.mention_ids": of_mentioned, IDS_OF_HASHTAGS: of_hashtags}
    return Company.of({"p.id": of_posts, "p.author_id": of_authors}, each=several, own=OF_POSTS)


def with_comments(
    *,
    of_comments: Iterable[Companion[Any]] = (),
    of_authors: Iterable[Companion[Any]] = (),
    of_mentioned: Iterable[Companion[Any]] = (),
) -> Company:
    """Who comes along with comments: about each itself, who wrote it, whom it mentions."""
    one = {"c.id": of_comments, "c.author_id": of_authors}
    return Company.of(one, each={"c.mention_ids": of_mentioned}, own=OF_COMMENTS)
