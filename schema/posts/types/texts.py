"""What posts and comments have in common: who wrote them, whom they mention, who may change them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from community.kernel.along import Companion
from community.members import queries as members
from community.posts import policy
from community.posts.queries import CommentView, PostView
from schema.along import along_of, companions
from schema.context import Info
from schema.members.types import Member
from schema.prices import PRIVATE
from schema.together import together

if TYPE_CHECKING:
    from schema.posts.types.comments import Comment
    from schema.posts.types.posts import Post

Texts: TypeAlias = "Sequence[Post] | Sequence[Comment]"

SEEN = {PRIVATE: True}
"""What a reader may see depends on whom they block."""


async def authors(info: Info, ids: Sequence[UUID], texts: Texts) -> list[Member]:
    """The members with these ids, in their order: who wrote is never gone."""
    found = await together(info, members.each_of, ids, parents=texts, beside=members.BESIDE)
    along = along_of(texts)
    return [Member.of(member, along) for member in found if member]


async def mentioned(info: Info, texts: Texts) -> list[list[Member]]:
    """Whom each mentions, in their order, without those who are gone."""
    ids = [each for text in texts for each in text.view.mentioned_ids]
    found = iter(await together(info, members.each_of, ids, parents=texts, beside=members.BESIDE))
    return [[Member.of(member) for _ in text.view.mentioned_ids if (member := next(found))] for text in texts]


def authors_along(asked: frozenset[str], viewed: bool) -> Sequence[Companion[Any]]:
    """Who wrote, with what is asked of them, as it comes along with texts of which this is asked."""
    return [members.BESIDE, *companions(Member, asked, viewed, "author.")] if "author" in asked else []


def mentioned_along(asked: frozenset[str]) -> Sequence[Companion[Any]]:
    """The same for whom they mention."""
    return [members.BESIDE] if "mentions" in asked else []


def can_edit(info: Info, text: PostView | CommentView) -> bool:
    """Whether the caller may change what it says."""
    return policy.can_edit(info.context.actor, text.author_id, is_removed=text.is_removed)


def can_remove(info: Info, text: PostView | CommentView) -> bool:
    """Whether the caller may take it down."""
    return policy.can_remove(info.context.actor, text.author_id, is_removed=text.is_removed)
