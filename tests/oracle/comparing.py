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


@dataclass(frozen=True, slots=True)
class Answer:
    """A result, and what was done for it."""

    result: ExecutionResult
    done: tuple[str, ...]

    @property
    def data(self) -> str:
        """The data with the order of its keys."""
        return repr(self.result.data)

    @property
    def shown(self) -> tuple[str, list[str], tuple[str, ...]]:
        """All there is to compare."""
        return self.data, sorted(map(_said, self.result.errors or [])), self.done

    @property
    def causes(self) -> set[str]:
        """Each null that errors made: with the error, if it is its own; else only that there was one below it."""
        return {_cause(self.result.data, error) for error in self.result.errors or []}


@dataclass
class Oracle:
    """Compares the executor with graphql-core on one schema."""

    schema: GraphQLSchema
    context: Callable[[], Any]
    done: list[str] = field(default_factory=list)
    """Where mutations say what they did. Both ways have to do the same, once."""
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
        report.with_errors += bool(expected.result.errors)
        reason = self.compiled.plans.of(written.document, written.operation).why_not
        if reason:
            report.left_alone[reason] += 1
        if kind == "completed" and not expected.result.errors:
            report.kinds["of them without an error"] += 1
        if any(not is_same(expected, each, exactly=exactly) for each in (first, answer)):
            report.differences.append(
                f"{written.text}\n{written.variables}\nreference: {expected.shown}\ncompiled:  {answer.shown}"
                f"\nat first:  {first.shown}"
            )
        report.other_errors += expected.shown != answer.shown

    async def _first(self, written: Written, root: Any) -> tuple[str, Answer]:
        figures = self.compiled.figures
        before = figures.compiled, figures.completed
        result, _ = await self._run(self.compiled, written, root)
        if figures.compiled > before[0]:
            return "compiled", result
        return ("completed" if figures.completed > before[1] else "by graphql-core"), result

    async def _run(self, executor: Executor, written: Written, root: Any) -> tuple[Answer, float]:
        context = self.context()
        self.done.clear()
        began = time.perf_counter()
        result = await executor.run(written.document, written.operation, written.variables, context, root)
        return Answer(result, tuple(self.done)), time.perf_counter() - began


def is_same(one: Answer, other: Answer, *, exactly: bool) -> bool:
    """Whether two answers are the same."""
    if one.shown == other.shown:
        return True
    return not exactly and one.done == other.done and one.data == other.data and one.causes == other.causes


def _cause(data: Any, error: GraphQLError) -> str:
    path = error.path or []
    for depth, key in enumerate(path):
        if data is None:
            return f"below {path[:depth]}"
        data = data[key]
    return _said(error)


def _said(error: GraphQLError) -> str:
    return f"{error.formatted} from {type(error.original_error).__name__}"
