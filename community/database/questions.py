"""A question to the database, put together from conditions: each has its own text, and so its own plan.

    question = database.Question()
    question.require("b.member_id = {}", member_id)
    direction, limit = question.window("b.id", page, newest_first=True)
    sql = f"select {COLUMNS} from bookmarks_bookmark b where {question.met} order by b.id {direction} {limit}"
    rows = await database.fetch(sql, *question.arguments)
    return page_of([BookmarkView(**row) for row in rows], page, lambda bookmark: (bookmark.id,))

This is a whole page: `page_of` takes the one row more that the limit asks for as the sign that another page follows.

What is asked all the time is put together once: a question of names instead of values makes a `Statement`.

    @lru_cache(1_000)
    def _of_member(page: PageRequest, company: Company) -> Statement:
        question = Question()
        question.require("b.member_id = {}", "member")
        …
        return question.statement(f"select {COLUMNS}{columns} from …")

    statement = _of_member(page.named, along.company)
    rows = await database.fetch(statement.sql, *statement.given({"member": member_id, **page.values}, along))
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from community.kernel.along import NOTHING, Along
from community.kernel.pages import PageRequest


def unplanned(argument: str, kind: str) -> str:
    """An argument of a statement, such as `$1`, whose value of this SQL type PostgreSQL shall not plan by.

    It would plan anew each time, which takes longer than the answer, wherever a list of one promises to be cheaper than
    a list of some length.
    """
    return f"(select {argument}::{kind})::{kind}"


@dataclass(slots=True)
class Question:
    """Conditions that all must hold, and the arguments they name as $1, $2, …"""

    conditions: list[str] = field(default_factory=list)
    arguments: list[Any] = field(default_factory=list)

    def argument(self, value: Any) -> str:
        """The name under which the statement can use `value`."""
        self.arguments.append(value)
        return f"${len(self.arguments)}"

    def unplanned(self, value: Any, kind: str) -> str:
        """The same for a value of this SQL type that PostgreSQL shall not plan by."""
        return unplanned(self.argument(value), kind)

    def require(self, condition: str, *values: Any) -> None:
        """Add a condition; each `{}` in it stands for one of the values."""
        self.conditions.append(condition.format(*(self.argument(value) for value in values)))

    def window(self, column: str, page: PageRequest, *, newest_first: bool) -> tuple[str, str]:
        """Keep to the page in the order of ids in `column`. Returns the direction and the limit, one row more."""
        later, earlier = ("<", ">") if newest_first else (">", "<")
        if page.after:
            self.require(f"{column} {later} {{}}", page.after[0])
        if page.before:
            self.require(f"{column} {earlier} {{}}", page.before[0])
        return "desc" if newest_first is not page.backward else "asc", f"limit {page.size + 1}"

    def statement(self, sql: str) -> "Statement":
        """The statement with this text, where the arguments are names."""
        return Statement(sql, tuple(self.arguments))

    @property
    def met(self) -> str:
        """That all conditions are met, as one condition."""
        return " and ".join(self.conditions) or "true"


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """A statement for all who ask the same, and the names of what they ask with."""

    sql: str
    names: tuple[str, ...]

    def given(self, values: Mapping[str, Any], along: Along = NOTHING) -> list[Any]:
        """Its arguments, then those of what comes along."""
        return [*map(values.__getitem__, self.names), *along.given()]
