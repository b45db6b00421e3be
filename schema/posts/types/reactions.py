"""What posts and comments have in common: members react to them."""

from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Any

import strawberry

from community.posts import queries as posts
from community.posts.queries import Tallies
from community.posts.rules.reactions import Reaction
from schema.along import brings
from schema.context import Info
from schema.enums import graph_enum
from schema.execution.levels import level
from schema.nodes import Node
from schema.prices import PRICE, Price
from schema.together import together

graph_enum(
    Reaction,
    "What somebody can feel about a post or a comment.",
    {
        Reaction.LIKE: "I like it.",
        Reaction.LOVE: "I love it.",
        Reaction.LAUGH: "It makes me laugh.",
        Reaction.WOW: "It surprises me.",
        Reaction.SAD: "It makes me sad.",
    },
)


@strawberry.type(description="How many members reacted in one way.")
class ReactionCount:
    """One kind and its number."""

    kind: Reaction = strawberry.field(description="The way.")
    count: int = strawberry.field(description="How many members.")


@strawberry.interface(description="Something that members react to: a post or a comment.")
class Reactable(Node):
    """A subject of reactions. One level may hold posts and comments together."""

    @level(
        description="How many members reacted, in each way that anybody did. Exact at this moment.",
        metadata=brings(posts.TALLIES) | {PRICE: Price(items=3)},
    )
    async def reaction_counts(subjects: list["Reactable"], info: Info) -> list[list[ReactionCount]]:
        return [*map(_counts_in, await tallies_of(info, subjects))]

    @level(description="How you reacted; empty when nobody is signed in.", metadata=brings(posts.OWN_REACTIONS))
    async def viewer_reactions(subjects: list["Reactable"], info: Info) -> list[list[Reaction]]:
        return [*map(list, await _own(info, subjects))]

    @level(description="Whether you reacted in any way.", metadata=brings(posts.OWN_REACTIONS))
    async def viewer_has_reacted(subjects: list["Reactable"], info: Info) -> list[bool]:
        return [*map(bool, await _own(info, subjects))]


async def tallies_of(info: Info, subjects: Sequence[Any]) -> Sequence[Tallies]:
    """What is counted of each."""
    return await together(info, posts.tallies_of, _ids(subjects), parents=subjects, beside=posts.TALLIES)


async def _own(info: Info, subjects: Sequence[Any]) -> Sequence[tuple[Reaction, ...]]:
    """How the caller reacted to each."""
    actor = info.context.actor
    if actor.member_id is None:
        return [() for _ in subjects]
    ask, name = partial(posts.reactions_of, actor), posts.reactions_of
    return await together(info, ask, _ids(subjects), name=name, parents=subjects, beside=posts.OWN_REACTIONS)


@lru_cache(10_000)
def _counts_in(tallies: Tallies) -> list[ReactionCount]:
    """Much is counted alike."""
    return [ReactionCount(kind=kind, count=count) for kind, count in tallies.reactions]


def _ids(subjects: Sequence[Any]) -> list[Any]:
    return [subject.uuid for subject in subjects]
