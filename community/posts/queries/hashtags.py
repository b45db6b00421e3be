"""Hashtags that were ever used: by id, by name, the most used first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community import database
from community.database import Question
from community.kernel.along import Companion
from community.kernel.errors import BadInput
from community.kernel.pages import Page, PageRequest, page_of
from community.kernel.text import strip_controls
from community.posts.rules import hashtags as rules

SHAPE = (int, UUID)
"""What the cursors of `popular` carry."""


@dataclass(frozen=True, slots=True)
class HashtagView:
    """A hashtag. The numbers follow what members write by a moment."""

    id: UUID
    name: str
    post_count: int
    last_used_at: datetime | None


async def hashtags(ids: Sequence[UUID]) -> dict[UUID, HashtagView]:
    """The hashtags among `ids` that were ever used."""
    rows = await database.fetch(
        "select id, name, post_count, last_used_at from posts_hashtag where id = any($1)", list(set(ids))
    )
    return {row["id"]: HashtagView(**row) for row in rows}


async def hashtags_of(ids: Sequence[UUID]) -> list[HashtagView | None]:
    """The hashtag with each of these ids, in their order."""
    found = await hashtags(ids)
    return [found.get(each) for each in ids]


HASHTAG = Companion(
    "posts_hashtag where id = {}".format, HashtagView, columns=("id", "name", "post_count", "last_used_at")
)
"""A hashtag, for the statement that reads what carries it."""


async def hashtag(spelling: str) -> HashtagView | None:
    """The hashtag of this spelling, with or without its sign. Raises BadInput for what can be no hashtag."""
    name = name_of(spelling, "name")
    return (await hashtags([rules.hashtag_id(name)])).get(rules.hashtag_id(name))


async def popular(page: PageRequest, beginning: str | None = None) -> Page[HashtagView]:
    """A page of the hashtags that posts carry, the most used first; those that begin like `beginning`, if given."""
    question = Question()
    question.require("post_count > 0")
    if beginning:
        question.require('name collate "C" ^@ {}', rules.folded(strip_controls(beginning).lstrip(rules.SIGNS)))
    for bound, comparison in ((page.after, "<"), (page.before, ">")):
        if bound:
            question.require(f"(post_count, id) {comparison} ({{}}, {{}})", *bound)
    direction = "asc" if page.backward else "desc"
    rows = await database.fetch(
        f"select id, name, post_count, last_used_at from posts_hashtag where {question.met}"
        f" order by post_count {direction}, id {direction} limit {page.size + 1}",
        *question.arguments,
    )
    return page_of([HashtagView(**row) for row in rows], page, lambda found: (found.post_count, found.id))


def name_of(spelling: str, field: str) -> str:
    """The one name behind all spellings, with or without the sign. Raises BadInput for what can be no hashtag."""
    name = rules.name_of(spelling[1:] if spelling[:1] in tuple(rules.SIGNS) else spelling)
    if name is None:
        raise BadInput(field, "A hashtag has letters, digits and underscores, and at least one letter.")
    return name
