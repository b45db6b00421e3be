"""`python -m tests.fuzz 60`: random operations for a minute, as everybody who can ask. Fails on any mistake of ours.

hypothesis-graphql writes operations that the schema allows, and some that it does not. What they say is chosen to hurt:
ids of others, of other kinds and of nothing, forged cursors, text that hides or overflows, numbers and dates at their
ends. Each is read, run and answered by the front door's own code, and the statements it sends are counted.
"""

import asyncio
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import orjson
from graphql import (
    REMOVE,
    ArgumentNode,
    DocumentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    Visitor,
    print_ast,
    visit,
)
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis_graphql import Mode, mutations, nodes, queries

from api.callers import Caller
from api.operations import Answer, Operations, Ready
from community import database
from community.access.policy import Actor
from community.database import counting_statements
from community.kernel.errors import Refusal
from community.kernel.pages import encode_cursor
from community.quota.leases import Charge
from community.quota.rules import Bucket, Lease
from community.settings import Settings
from schema.nodes import encode_id
from schema.prepared import Documents, InvalidDocument, Prepared
from schema.root import schema
from tests.databases import Cleaner, databases
from tests.operations.world import World, a_world

BATCH = 100
"""How many operations are sent to one world before a new one is built: they leave it poorer."""

STATEMENTS_AT_MOST = 3
"""For each object that a query selects, whatever number of rows there are."""

FREE = Charge(0, Lease(Bucket("fuzz", 0, 0), remaining=0, asked_at=0))
SLOW = 5
"""How many of the slowest operations are told."""

PAGING = ("first", "after", "last", "before")
NASTY = [
    "", " ", "a", "mei", "MEI", "author1", "@mei", "台北", "#台北美食", "＃台北美食", "今天#台北美食#真好吃 @author1",
    "mei@example.com", "nobody@example.com", "a long enough one", "Asia/Taipei", "en", "zh-Hant", "post.written", "{}",
    "{0}", "{field}", "%s", "\\", "'", "''", "':*", "\"", "$$", "--", "&", "|", "!", "<->", "<script>",
    "](javascript:1)", "\u200d", "\u202e", "\ufeff", "\u3164", "e\u0301", "👨\u200d👩\u200d👧", "\U000e0067", "\x7f",
    "\x85", "\u2028", "ﷺ" * 90, "x" * 5000, "字" * 1001, "#" + "長" * 1000, "hg_refresh_" + "0" * 80, "null",
    "2026-02-30",
]  # fmt: skip
NUMBERS = [0, 1, 2, 20, 100, -1, 101, 2**31 - 1, -(2**31), 2**31, 2**53, 2**63 - 1, 2**63, 10**40]
CURSORS = [
    (UUID(int=0),), (UUID(int=2**128 - 1),), (0,), (2**63 - 1,), (-(2**63),), (2**64 - 1,), (1, UUID(int=1)), (True,),
    (1.5,), ("x",), (None,), ([],), ({},), (), ("0001-01-01T00:00:00+23:59", UUID(int=0)),
    ("9999-12-31T23:59:59-23:59",),
]  # fmt: skip
INSTANTS = [
    "2026-01-31T09:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59", "2026-02-30T00:00:00Z", "2999-06-01T12:00:00+08:00", "2026-01-31", "T", "",
]  # fmt: skip
DAYS = ["2000-02-29", "1900-02-29", "0001-01-01", "9999-12-31", "1990-05-05", "20260101", "yesterday", ""]


@dataclass
class Report:
    """What was tried and what came of it."""

    tried: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    internal: list[str] = field(default_factory=list)
    untranslated: list[str] = field(default_factory=list)
    greedy: list[str] = field(default_factory=list)
    slowest: list[tuple[float, str]] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing was wrong on our side."""
        return self.tried > 0 and not (self.internal or self.untranslated or self.greedy)

    def took(self, milliseconds: float, text: str) -> None:
        """Remember the slowest."""
        self.slowest = sorted([*self.slowest, (milliseconds, text)], reverse=True)[:SLOW]

    def __str__(self) -> str:
        faults = {
            "internal errors": self.internal,
            "untranslated": self.untranslated,
            "more statements than objects selected explain": self.greedy,
        }
        outcomes = ", ".join(f"{count} {name}" for name, count in self.outcomes.most_common())
        lines = [f"{self.tried:,} operations tried: {outcomes}"]
        lines += [f"{len(found):,} {name}" for name, found in faults.items()]
        lines += ["slowest:", *(f"  {ms:6.0f} ms  {' '.join(text.split())[:160]}" for ms, text in self.slowest)]
        lines += [f"\n{name.upper()}\n{each}" for name, found in faults.items() for each in found[:10]]
        return "\n".join(lines)


class Fuzz:
    """One world and those who ask about it."""

    def __init__(self, world: World, report: Report) -> None:
        self._world = world
        self._report = report
        self._operations = Operations(schema(), Settings())
        self._documents = Documents(schema())

    async def send(self, text: str, actor: Actor) -> None:
        """Send one operation and judge the answer."""
        caller = Caller(actor=actor, locale="zh-Hant", request_id="", address="192.0.2.1", user_agent="fuzz")
        began = time.perf_counter()
        with counting_statements() as statements:
            try:
                prepared = self._documents.read(text)
                prepared.bill.requested({})
                answer = await self._operations.answer(Ready(prepared, {}, caller, FREE))
            except (Refusal, InvalidDocument) as error:
                prepared, answer = None, self._operations.refused(error, caller)
            orjson.dumps(answer.payload)
        self._report.took((time.perf_counter() - began) * 1000, text)
        self._judge(text, prepared, answer, statements.count)

    def _judge(self, text: str, prepared: Prepared | None, answer: Answer, statements: int) -> None:
        report, errors = self._report, answer.payload.get("errors", [])
        report.tried += 1
        report.outcomes[errors[0]["extensions"]["code"] if errors else "answered"] += 1
        for error in errors:
            if error["extensions"]["code"] == "INTERNAL":
                report.internal.append(text)
            elif error["message"].isascii():
                report.untranslated.append(f"{error['message']}\n{text}")
        for message in messages_in(answer.payload.get("data")):
            if message.isascii():
                report.untranslated.append(f"{message}\n{text}")
        if prepared and prepared.kind is OperationType.QUERY:
            allowed = STATEMENTS_AT_MOST * objects_in(prepared.operation)
            if statements > allowed:
                report.greedy.append(f"{statements} statements, {allowed} allowed\n{text}")


def operations_for(world: World) -> st.SearchStrategy[str]:
    """Operations with one root field each, every root field as likely as the others; some that the schema forbids."""
    graph, scalars = schema()._schema, values_for(world)
    assert graph.query_type
    assert graph.mutation_type
    sources = [(queries, graph.query_type), (mutations, graph.mutation_type)]
    allowed = [
        write(graph, fields=[name], custom_scalars=scalars, print_ast=lambda document: document)
        for write, root in sources
        for name in root.fields
    ]
    forbidden = [write(graph, custom_scalars=scalars, mode=Mode.NEGATIVE) for write, _ in sources]
    tamed = st.builds(keep_paging, st.one_of(allowed), st.sets(st.sampled_from(PAGING)))
    return st.integers(1, 10).flatmap(lambda one: st.one_of(forbidden) if one == 10 else tamed)


def keep_paging(document: DocumentNode, kept: set[str]) -> str:
    """The document with these of the four arguments of pages: with all of them, hardly a page would be one."""

    class Drop(Visitor):
        def enter_argument(self, node: ArgumentNode, *_: Any) -> Any:
            return REMOVE if node.name.value in PAGING and node.name.value not in kept else None

    return print_ast(visit(document, Drop()))


def values_for(world: World) -> Mapping[str, st.SearchStrategy[Any]]:
    """What arguments say, by scalar."""
    known = [value for name, value in world.variables.items() if name.endswith("Id")] + world.variables["postIds"]
    kinds = ["Member", "Post", "Comment", "Hashtag", "Session", "ApiKey", "Event", "Delivery", "Query", "Node", "台"]
    made_up = [encode_id(kind, uuid) for kind in kinds for uuid in (uuid4(), UUID(int=0), UUID(int=2**63))]
    cursors = [encode_cursor(keyset) for keyset in CURSORS]
    text = st.one_of(
        st.sampled_from([*NASTY, *cursors, str(world.variables["refreshToken"])]),
        st.text(st.characters(exclude_categories=["Cs"], min_codepoint=1), max_size=40),
    )
    ids = st.sampled_from([*known * 20, *made_up, *NASTY])
    return {
        "ID": ids.map(nodes.String),
        "String": text.map(nodes.String),
        "Int": st.one_of(st.just(nodes.Null), st.sampled_from(NUMBERS).map(nodes.Int), st.integers().map(nodes.Int)),
        "Long": st.one_of(st.sampled_from(NUMBERS).map(nodes.Int), st.sampled_from(NUMBERS).map(nodes.String)),
        "UUID": st.one_of(
            st.uuids().map(nodes.String), text.map(nodes.String), st.sampled_from(NUMBERS).map(nodes.Int)
        ),
        "DateTime": st.sampled_from(INSTANTS).map(nodes.String),
        "Date": st.sampled_from(DAYS).map(nodes.String),
    }


def objects_in(operation: OperationDefinitionNode) -> int:
    """How many selections of objects an operation has: itself and one for each pair of braces in it."""
    found = 0

    class Count(Visitor):
        def enter_selection_set(self, _: SelectionSetNode, *__: Any) -> None:
            nonlocal found
            found += 1

    visit(operation, Count())
    return found


def messages_in(value: Any) -> Iterator[str]:
    """The messages of all problems in an answer."""
    if isinstance(value, list):
        for each in value:
            yield from messages_in(each)
    elif isinstance(value, dict):
        if isinstance(value.get("message"), str):
            yield value["message"]
        for each in value.values():
            yield from messages_in(each)


async def batch(report: Report, *, size: int, number: int) -> None:
    """Build a world in the connected, empty database, and send it `size` operations that `number` decides."""
    world = await a_world()
    fuzz, loop = Fuzz(world, report), asyncio.get_running_loop()
    actors = st.sampled_from(sorted(world.actors))

    @seed(number)
    @settings(
        max_examples=size,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operations_for(world), actors)
    def send(text: str, actor: str) -> None:
        asyncio.run_coroutine_threadsafe(fuzz.send(text, world.actors[actor]), loop).result()

    await asyncio.to_thread(send)


async def main(seconds: float) -> bool:
    """Fuzz a database of our own for so long; print what came of it, and return whether it was clean."""
    report, ends_at = Report(), time.monotonic() + seconds
    async with databases() as server:
        url = await server.copy("hourglass_fuzz")
        cleaner = await Cleaner.of(url)
        await database.connect(Settings(database_url=url, pool_size=5))
        try:
            while time.monotonic() < ends_at:
                await cleaner.empty()
                await batch(report, size=BATCH, number=time.time_ns())
                print(f"\r{report.tried:,} operations", end="", file=sys.stderr, flush=True)
        finally:
            await database.disconnect()
            await cleaner.close()
            await server.drop("hourglass_fuzz")
    print(f"\r{report}")
    return report.is_clean


if __name__ == "__main__":
    os.environ |= {"HOURGLASS_PASSWORD_ROUNDS": "1", "HOURGLASS_PASSWORD_MEMORY_KIB": "32"}
    sys.exit(not asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 60)))
