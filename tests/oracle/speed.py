"""`python -m tests.oracle.speed`: how long the same answers take, compiled and by graphql-core, with all rows loaded.

What reads from the database is asked once and then gives out what it found, so that only execution is measured: the
resolvers and levels as they are, and everything around them. Rounds are interleaved and every answer is compared.
"""

import asyncio
import gc
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import iscoroutinefunction
from types import ModuleType
from typing import Any

from graphql import (
    ExecutionResult,
    GraphQLField,
    get_named_type,
    get_operation_ast,
    is_leaf_type,
    is_object_type,
    is_required_argument,
    parse,
    validate,
)
from graphql.execution.values import VariableValues

from community.access.policy import Actor
from community.ledger import queries as ledger
from community.members import queries as members
from community.posts import queries as posts
from community.posts import service
from community.tiers import queries as tiers
from schema.context import Context
from schema.execution import generating
from schema.execution.executor import Executor
from schema.execution.plans import Plan
from schema.execution.running import MAX_FIELDS_AT_ONCE
from schema.limits import MAX_DEPTH, MAX_FIELDS
from schema.prepared import Documents
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


def largest() -> str:
    """A document as large as our limits let in, of as many different selections as fit."""
    graph = schema()._schema
    left = MAX_FIELDS - 20  # Some have nothing but a __typename.

    def selection(kind: Any, depth: int) -> str:
        nonlocal left
        fields = [(name, get_named_type(each.type)) for name, each in kind.fields.items() if not _needs(each)]
        leaves = [name for name, below in fields if is_leaf_type(below)][: max(left - 1, 1)]
        left -= len(leaves)
        parts = [*leaves]
        for name, below in fields:
            if depth > 1 and left > 1 and is_object_type(below):
                left -= 1
                parts.append(f"{name} {selection(below, depth - 1)}")
        return f"{{ {' '.join(parts) or '__typename'} }}"

    return f"{{ viewer {selection(graph.get_type('Viewer'), MAX_DEPTH - 1)} }}"


def _needs(field: GraphQLField) -> bool:
    return any(is_required_argument(argument) for argument in field.args.values())


def measure_reading() -> None:
    """Print how long it takes to make the largest document ready, and to compile all of it, the collector aside."""
    text, documents, graph = largest(), Documents(schema()), schema()._schema
    reading, compiling = [], []
    for _ in range(ROUNDS):
        gc.collect()
        began = time.thread_time()
        prepared = documents.read(text)
        reading.append(time.thread_time() - began)
        generating._compiled.cache_clear()
        began = time.thread_time()
        plan = Plan(graph, prepared.document, prepared.operation)
        count = _compile_all(plan)
        compiling.append(time.thread_time() - began)
    begin, whole = statistics.median(reading) * 1e3, statistics.median(compiling) * 1e3
    print(
        f"the largest document, {count} fields: {begin:.1f} ms to read in a thread, {whole:.1f} ms to compile,"
        f" of which {whole * min(1, MAX_FIELDS_AT_ONCE / count):.1f} ms or a selection more at once"
        f" (worst round: {max(reading) * 1e3:.1f} and {max(compiling) * 1e3:.1f} ms)"
    )


def _compile_all(plan: Plan) -> int:
    nothing = VariableValues({}, {})
    variant = plan.variant(nothing)
    pending = [*variant.steps]
    while pending:
        for field in pending.pop().fields:
            below = get_named_type(field.definition.type)
            if is_object_type(below):
                pending.append(field.compiled(below, nothing))
    return variant.fields


async def main() -> None:
    """Measure each document in a world of our own."""
    measure_reading()
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
