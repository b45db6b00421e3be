"""Who writes, answers, reacts and follows, and how long ago: the same plan each time."""

import random
from dataclasses import dataclass
from datetime import timedelta

from api.demo.people import PEOPLE
from api.demo.texts import ANSWERS, Review, reviews

SPAN = timedelta(days=60)
"""The first post was written so long ago. Shorter than the feed remembers."""

JOINED = timedelta(days=61)
"""Everybody joined so long ago, before the first post."""

COMMENTS = 600
REACTIONS = 1_500
FOLLOWS = 300
FEELINGS = {"pos": ("like", "love", "wow"), "neg": ("like", "sad", "wow")}
SEED = 20_260_101


@dataclass(frozen=True, slots=True)
class Post:
    """A review to be written, and its author's place among the people. `number` counts from the oldest."""

    number: int
    author: int
    review: Review
    ago: timedelta


@dataclass(frozen=True, slots=True)
class Comment:
    """An answer to the post with this number."""

    post: int
    author: int
    text: str
    ago: timedelta


@dataclass(frozen=True, slots=True)
class Reaction:
    """What somebody feels about the post with this number."""

    post: int
    member: int
    kind: str
    ago: timedelta


@dataclass(frozen=True, slots=True)
class Plan:
    """All that happens, each list from the oldest on. Follows are pairs of follower and followed."""

    posts: list[Post]
    comments: list[Comment]
    reactions: list[Reaction]
    follows: list[tuple[int, int]]

    @property
    def steps(self) -> int:
        """How many verbs it takes, the joining of everybody included."""
        return len(PEOPLE) + len(self.posts) + len(self.comments) + len(self.reactions) + len(self.follows)


def plan() -> Plan:
    """The plan. Some members write often and most seldom, and fresh posts are answered more than old ones."""
    chance = random.Random(SEED)
    posts = _posts(chance)
    return Plan(
        posts=posts,
        comments=sorted(_comments(chance, posts), key=lambda comment: -comment.ago),
        reactions=sorted(_reactions(chance, posts), key=lambda reaction: -reaction.ago),
        follows=_follows(chance),
    )


def _posts(chance: random.Random) -> list[Post]:
    found = reviews()
    chance.shuffle(found)
    often = [1 / (1 + place) for place in range(len(PEOPLE))]
    authors = chance.choices(chance.sample(range(len(PEOPLE)), len(PEOPLE)), weights=often, k=len(found))
    gap = SPAN / len(found)
    return [
        Post(number, author, review, ago=SPAN - gap * (number + chance.random()))
        for number, (author, review) in enumerate(zip(authors, found, strict=True))
    ]


def _comments(chance: random.Random, posts: list[Post]) -> list[Comment]:
    return [
        Comment(
            post=post.number,
            author=chance.randrange(len(PEOPLE)),
            text=chance.choice(ANSWERS[post.review.mood]),
            ago=post.ago * chance.uniform(0.9, 1.0),
        )
        for post in _lately(chance, posts, COMMENTS)
    ]


def _reactions(chance: random.Random, posts: list[Post]) -> list[Reaction]:
    chosen = {(post.number, chance.randrange(len(PEOPLE))): post for post in _lately(chance, posts, REACTIONS)}
    return [
        Reaction(
            post=number,
            member=member,
            kind=chance.choice(FEELINGS[post.review.mood]),
            ago=post.ago * chance.uniform(0.9, 1.0),
        )
        for (number, member), post in chosen.items()
    ]


def _lately(chance: random.Random, posts: list[Post], count: int) -> list[Post]:
    """Posts to respond to, fresh ones more often; the same post may come several times."""
    return [posts[int(len(posts) * chance.random() ** 0.5)] for _ in range(count)]


def _follows(chance: random.Random) -> list[tuple[int, int]]:
    pairs = [(a, b) for a in range(len(PEOPLE)) for b in range(len(PEOPLE)) if a != b]
    return chance.sample(pairs, FOLLOWS)
