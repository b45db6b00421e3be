"""What a statement reads along for others: one expression more for each of its rows, instead of a statement each.

    along = Along()
    along.bring(members.beside(), "p.author_id")
    rows = await database.fetch(f"select p.*{along.columns(question)} from posts_post p …", *question.arguments)
    along.keep(rows)
    await members.by_ids(author_ids, along=along)    # asks for nobody who came along

Whoever can be brought says how in a `Companion`, and takes an `along` where it is asked for the same by itself.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Generic, Protocol, Self, TypeVar
from uuid import UUID

Value = TypeVar("Value")


class Question(Protocol):
    """A statement in the making, such as `database.Question`."""

    def argument(self, value: Any) -> str:
        """The name under which the statement can use `value`."""


@dataclass(frozen=True, slots=True)
class Companion(Generic[Value]):
    """What can be read along: a name, an SQL expression over the id it is about, and what its value means."""

    name: str
    expression: Callable[[str, Question], str]
    """Gets the SQL of the id, and the question whose arguments it may add to."""
    read: Callable[[Any], Value]


class Along:
    """What is to be read along with some rows, and what was, by companion and id."""

    def __init__(self) -> None:
        self._wanted: list[_Wanted] = []
        self._known: dict[str, dict[UUID, Any]] = {}

    @classmethod
    def all_of(cls, several: Iterable["Along"]) -> "Along":
        """Everything that came along with any of these."""
        different = list({id(each): each for each in several}.values())
        if len(different) == 1:
            return different[0]
        found = cls()
        for each in different:
            for name, values in each._known.items():
                found._known.setdefault(name, {}).update(values)
        return found

    def bring(self, companion: Companion[Any], key: str) -> Self:
        """Read this along, for the id that the SQL `key` gives in each row."""
        self._wanted.append(_Wanted(companion, key))
        return self

    def bring_each(self, companion: Companion[Any], keys: str) -> Self:
        """Read this along for each of the ids in the array that the SQL `keys` gives in each row."""
        self._wanted.append(_Wanted(companion, keys, is_array=True))
        return self

    def columns(self, question: Question) -> str:
        """What to add to the columns of the statement, with a leading comma; nothing when nothing is wanted."""
        return "".join(f", {each.column(place, question)} as along_{place}" for place, each in enumerate(self._wanted))

    def keep(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Take what came along with these rows."""
        for place, wanted in enumerate(self._wanted):
            known = self._known.setdefault(wanted.companion.name, {})
            read, column = wanted.companion.read, f"along_{place}"
            came = (
                chain.from_iterable(row[column] for row in rows) if wanted.is_array else (row[column] for row in rows)
            )
            for key, belonging in came:
                if key is not None and key not in known:
                    known[key] = read(belonging)

    def among(self, name: str, ids: Iterable[UUID]) -> dict[UUID, Any]:
        """What came along under this name for those of these ids that it came for."""
        known = self._known.get(name)
        return {each: known[each] for each in ids if each in known} if known else {}


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A companion, and where the SQL of the statement has the id, or the ids, that it is about."""

    companion: Companion[Any]
    key: str
    is_array: bool = False

    def column(self, place: int, question: Question) -> str:
        """The id with what belongs to it; an array of such pairs where there are several."""
        if not self.is_array:
            return f"row({self.key}, {self.companion.expression(self.key, question)})"
        each = f"each_{place}.id"
        pair = f"row({each}, {self.companion.expression(each, question)})"
        return f"array(select {pair} from unnest({self.key}) each_{place}(id))"


class _Nothing(Along):
    """What everybody may share, because it stays empty."""

    def bring(self, companion: Companion[Any], key: str) -> Self:  # noqa: ARG002
        raise TypeError(f"{companion.name} is brought by an Along of one's own")

    def bring_each(self, companion: Companion[Any], keys: str) -> Self:
        return self.bring(companion, keys)


NOTHING = _Nothing()
"""Nothing came along."""
