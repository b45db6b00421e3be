"""What clients send several times at once, by a second tap or a retry: each is answered, and done once."""

import asyncio

from graphql import OperationType

from community.database import fetch_value
from tests.graph import ask
from tests.operations.test_operations import DOCUMENTS
from tests.operations.world import World

MUTATIONS = [document for document in DOCUMENTS if document.operation.operation is OperationType.MUTATION]
AT_ONCE = 4


async def test_every_mutation_sent_several_times_at_once_is_answered_each_time(world: World) -> None:
    before = await everything()
    for document in MUTATIONS:
        variables, actor = document.variables_from(world), world.actors[document.sender]
        # `ask` raises whatever the domain did not mean to say.
        answers = await asyncio.gather(*[ask(document.text, actor=actor, **variables) for _ in range(AT_ONCE)])
        assert any(answer.data for answer in answers), document.path
    after = await everything()
    assert {table: after[table] - before[table] for table in before} == dict.fromkeys(before, 1)


async def everything() -> dict[str, int]:
    """How many rows there are of what one key, or one address, can make once."""
    tables = ("members_member", "posts_post", "posts_comment")
    return {table: await fetch_value(f"select count(*) from {table}") for table in tables}
