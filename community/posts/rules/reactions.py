"""The ways to react."""

from enum import StrEnum


class Reaction(StrEnum):
    """What somebody can feel about a post or a comment. Each member can give each kind once."""

    LIKE = "like"
    LOVE = "love"
    LAUGH = "laugh"
    WOW = "wow"
    SAD = "sad"
