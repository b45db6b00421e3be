"""How much is too much."""

MAX_POST_LENGTH = 10_000
MAX_COMMENT_LENGTH = 2_000
MAX_HASHTAG_LENGTH = 50
MAX_HASHTAGS = 30
MAX_MENTIONS = 30
MAX_DEPTH = 8
"""Levels of a thread. A comment on the post itself is on level 1."""
MAX_QUERY_LENGTH = 100
