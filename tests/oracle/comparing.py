"""Two runs of one document, and whether their answers are the same."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import ExecutionResult, GraphQLError, GraphQLSchema

from schema.execution.executor import Executor
from tests.oracle.writing import Written


@dataclass
class Report:
    """What was compared and what came of it."""

    documents: int = 0
    with_errors: int = 0
    other_errors: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)
    left_alone: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        ran = self.documents or 1
        shares = ", ".join(f"{count / ran:.1%} {name}" for name, count in self.kinds.most_common())
        ratio = self.seconds["reference"] / (self.seconds["compiled"] or 1)
        return (
            f"{self.documents:,} documents ({self.with_errors:,} with errors), {len(self.differences):,} differences"
            f"{f' ({self.other_errors:,} told another of several errors below one null)' if self.other_errors else ''};"
            f" {shares}; graphql-core takes {ratio:.1f} times as long where all was compiled"
            f"{f'; not compiled: {dict(self.left_alone)}' if self.left_alone else ''}"
        )


@dataclass
class Oracle:
    """Compares the executor with graphql-core on one schema."""

    schema: GraphQLSchema
    context: Callable[[], Any]
    before: Callable[[], None] = lambda: None
    """Puts what resolvers depend on, beside their arguments, into the same state for each run."""
    report: Report = field(default_factory=Report)

    def __post_init__(self) -> None:
        self.compiled = Executor(self.schema)
        self.reference = Executor(self.schema, compiles=False)

    async def compare(self, written: Written, root: Any = None, *, exactly: bool = True) -> None:
        """Run a document both ways, compiled twice, and report where the answers are not the same.

        Unless `exactly`, of several errors below one null another may be told: whichever was met first.
        """
        report = self.report
        expected, slow = await self._run(self.reference, written, root)
        kind, first = await self._first(written, root)
        answer, fast = await self._run(self.compiled, written, root)
        if kind == "compiled":
            report.seconds["reference"] += slow
            report.seconds["compiled"] += fast
        report.documents += 1
        report.kinds[kind] += 1
        report.with_errors += bool(expected.errors)
        reason = self.compiled.plans.of(written.document, written.operation).why_not
        if reason:
            report.left_alone[reason] += 1
        if kind == "completed" and not expected.errors:
            report.kinds["of them without an error"] += 1
        if any(not is_same(expected, each, exactly=exactly) for each in (first, answer)):
            report.differences.append(
                f"{written.text}\n{written.variables}\nreference: {shown(expected)}\ncompiled:  {shown(answer)}"
                f"\nat first:  {shown(first)}"
            )
        report.other_errors += shown(expected) != shown(answer)

    async def _first(self, written: Written, root: Any) -> tuple[str, ExecutionResult]:
        figures = self.compiled.figures
        before = figures.compiled, figures.completed
        result, _ = await self._run(self.compiled, written, root)
        if figures.compiled > before[0]:
            return "compiled", result
        return ("completed" if figures.completed > before[1] else "by graphql-core"), result

    async def _run(self, executor: Executor, written: Written, root: Any) -> tuple[ExecutionResult, float]:
        self.before()
        context = self.context()
        began = time.perf_counter()
        result = await executor.run(written.document, written.operation, written.variables, context, root)
        return result, time.perf_counter() - began


def is_same(one: ExecutionResult, other: ExecutionResult, *, exactly: bool) -> bool:
    """Whether two answers are the same."""
    if shown(one) == shown(other):
        return True
    return not exactly and repr(one.data) == repr(other.data) and _causes(one) == _causes(other)


def shown(result: ExecutionResult) -> tuple[str, list[str]]:
    """An answer to compare: its data with the order of its keys, and its errors with their places."""
    return repr(result.data), sorted(repr(error.formatted) for error in result.errors or [])


def _causes(result: ExecutionResult) -> set[str]:
    """Each null that errors made: with the error, if it is its own; else only that there was one below it."""
    return {_cause(result.data, error) for error in result.errors or []}


def _cause(data: Any, error: GraphQLError) -> str:
    path = error.path or []
    for depth, key in enumerate(path):
        if data is None:
            return f"below {path[:depth]}"
        data = data[key]
    return repr(error.formatted)
