"""A question to the database, put together from conditions: each has its own text, and so its own plan."""

from dataclasses import dataclass, field
from typing import Any

from community.kernel.pages import PageRequest


@dataclass(slots=True)
class Question:
    """Conditions that all must hold, and the arguments they name as $1, $2, …"""

    conditions: list[str] = field(default_factory=list)
    arguments: list[Any] = field(default_factory=list)

    def argument(self, value: Any) -> str:
        """The name under which the statement can use `value`."""
        self.arguments.append(value)
        return f"${len(self.arguments)}"

    def require(self, condition: str, *values: Any) -> None:
        """Add a condition; each `{}` in it stands for one of the values."""
        self.conditions.append(condition.format(*(self.argument(value) for value in values)))

    def window(self, column: str, page: PageRequest, *, newest_first: bool) -> str:
        """Keep to the page in the order of ids in `column`. Returns order and limit, one row more than the page."""
        later, earlier = ("<", ">") if newest_first else (">", "<")
        if page.after:
            self.require(f"{column} {later} {{}}", page.after[0])
        if page.before:
            self.require(f"{column} {earlier} {{}}", page.before[0])
        descending = newest_first is not page.backward
        return f"order by {column} {'desc' if descending else 'asc'} limit {page.size + 1}"

    @property
    def where(self) -> str:
        """The conditions as a where clause."""
        return f"where {' and '.join(self.conditions)}" if self.conditions else ""
