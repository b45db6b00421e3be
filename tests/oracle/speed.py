"""`python -m tests.oracle.speed`: how long the same answers take, compiled and by graphql-core, with all rows loaded.

What reads from the database is asked once and then gives out what it found, so that only execution is measured: the
resolvers and levels as they are, and everything around them. Rounds are interleaved and every answer is compared.
"""

import asyncio
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import iscoroutinefunction
from types import ModuleType
from typing import Any

from graphql import ExecutionResult, get_operation_ast, parse, validate

from community.access.policy import Actor
from community.ledger import queries as ledger
from community.members import queries as members
from community.posts import queries as posts
from community.posts import service
from community.tiers import queries as tiers
from schema.context import Context
from schema.execution.executor import Executor
from schema.root import schema
from tests.operations.world import a_world
from tests.oracle.__main__ import a_database

ROUNDS = 15
POSTS = 20
DOCUMENTS = {
    "Q1: the viewer, their tier and balance": """
        { viewer { member { id handle displayName } abilities
          standing { tier { id key name } since isLocked } balance { points pending credits } } }""",
    "Q2: 20 posts with all that a card shows": """
        query ($first: Int) {
          posts(first: $first) { edges { cursor node { ...Card } } pageInfo { hasNextPage endCursor } }
        }
        fragment Card on Post {
          id body bodyHtml writtenAt editedAt commentCount viewerHasReacted viewerCanEdit
          author { id handle displayName } hashtags { id name } reactionCounts { kind count }
        }""",
    "Q3: 20 posts with three numbers": "{ posts(first: 20) { nodes { id body writtenAt commentCount } } }",
}


@contextmanager
def loaded(*modules: ModuleType) -> Iterator[None]:
    """Within it, what the modules read is read once. For one document at a time, with the same variables."""
    before = [
        (module, name, found)
        for module in modules
        for name, found in vars(module).items()
        if iscoroutinefunction(found)
    ]
    for module, name, found in before:
        setattr(module, name, _asked_once(found))
    try:
        yield
    finally:
        for module, name, found in before:
            setattr(module, name, found)


def _asked_once(function: Callable[..., Any]) -> Callable[..., Any]:
    answers: list[Any] = []

    async def ask(*arguments: Any, **named: Any) -> Any:
        if not answers:
            answers.append(await function(*arguments, **named))
        return answers[0]

    return ask


async def measure(name: str, text: str, actor: Actor) -> float:
    """Print how long a document takes both ways, and return the ratio."""
    graph = schema()._schema
    document = parse(text)
    assert not validate(graph, document)
    operation = get_operation_ast(document)
    assert operation
    executors = {"compiled": Executor(graph), "graphql-core": Executor(graph, compiles=False)}
    seconds: dict[str, list[float]] = {each: [] for each in executors}

    async def run(executor: Executor) -> ExecutionResult:
        return await executor.run(document, operation, {"first": POSTS}, Context(actor=actor))

    with loaded(posts, members, tiers, ledger):
        expected = await run(executors["graphql-core"])
        assert not expected.errors, expected.errors
        for _ in range(ROUNDS):
            for each, executor in executors.items():
                times = 100 if each == "compiled" else 10
                await run(executor)
                began = time.process_time()
                for _ in range(times):
                    result = await run(executor)
                seconds[each].append((time.process_time() - began) / times)
                assert repr(result.data) == repr(expected.data), "a body is wrong: nothing is measured"
    ratios = [slow / fast for slow, fast in zip(seconds["graphql-core"], seconds["compiled"], strict=True)]
    fast, slow = (statistics.median(seconds[each]) * 1e6 for each in ("compiled", "graphql-core"))
    print(
        f"{name:45} {fast:8.0f} µs {slow:8.0f} µs   ratio {statistics.median(ratios):5.1f}"
        f"  ({min(ratios):.1f} to {max(ratios):.1f})",
        flush=True,
    )
    return statistics.median(ratios)


async def main() -> None:
    """Measure each document in a world of our own."""
    async with a_database():
        world = await a_world()
        actor = world.actors["member"]
        for number in range(POSTS):
            await service.write(actor, f"A post #{number} #everyday @mei")
        print(
            f"{'execution alone, processor time':45} {'compiled':>11} {'graphql-core':>11}"
            f"   load {os.getloadavg()[0]:.1f}"
        )
        for name, text in DOCUMENTS.items():
            await measure(name, text, actor)


if __name__ == "__main__":
    os.environ |= {"HOURGLASS_PASSWORD_ROUNDS": "1", "HOURGLASS_PASSWORD_MEMORY_KIB": "32"}
    sys.exit(asyncio.run(main()))
