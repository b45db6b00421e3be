"""What a statement reads along for others: some columns more for each of its rows, instead of a statement each.

    along = Along()
    along.bring(members.beside(), "p.author_id")
    columns, joined = along.columns(question), along.joined
    rows = await database.fetch(f"select p.*{columns} from posts_post p{joined} where …", *question.arguments)
    along.keep(rows)
    await members.by_ids(author_ids, along)    # asks for nobody who came along

Whoever can be brought says how in a `Companion`, and takes an `along` where it is asked for the same by itself: see
`Along.found`. What came is read when somebody asks for it.
"""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, Generic, NamedTuple, Protocol, Self, TypeVar
from uuid import UUID

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Question(Protocol):
    """A statement in the making, such as `database.Question`."""

    def argument(self, value: Any) -> str:
        """The name under which the statement can use `value`."""


@dataclass(frozen=True, slots=True)
class Companion(Generic[Value]):
    """What can be read along: a name, the SQL of what belongs to an id, and what that means."""

    name: str
    source: Callable[..., str]
    """Gets the SQL of the id, and what the statement calls the `arguments`. An expression; or, where there are
    `columns`, what stands behind `from`: at most one row, and none for whom there is nothing. It always says the same
    of the same, since what it said is remembered."""
    read: Callable[..., Value]
    """What the value of the expression means, or the values of the columns."""
    columns: tuple[str, ...] = ()
    """The first of them is never null."""
    arguments: tuple[Any, ...] = ()

    def of(self, value: Any) -> Value | None:
        """What such a value means."""
        if not self.columns:
            return self.read(value)
        return None if value is None else self.read(*value)


class Along:
    """What is to be read along with some rows, and what was, by companion and id."""

    def __init__(self) -> None:
        self._wanted: list[_Wanted] = []
        self._keys: dict[str, int] = {}
        """The SQL of the ids that something belongs to, each with its place among the columns."""
        self._width = 0
        self._rows: list[Sequence[Any]] = []
        self._by_key: dict[str, dict[Any, Sequence[Any]]] = {}
        self._known: dict[str, dict[Any, Any]] = {}
        self._told: dict[str, dict[Any, Any]] = {}
        self.joined = ""
        """What to add behind `from`, once the columns are known."""

    @classmethod
    def all_of(cls, several: Iterable["Along"]) -> "Along":
        """Everything that came along with any of these."""
        different = {*several}
        if len(different) <= 1:
            return different.pop() if different else NOTHING
        found = cls()
        for each in different:
            for name in {wanted.companion.name for wanted in each._wanted} | each._told.keys():
                found._known.setdefault(name, {}).update(each._known_as(name))
        return found

    def bring(self, companion: Companion[Any], key: str) -> Self:
        """Read this along, for the id that the SQL `key` gives in each row."""
        if key not in self._keys:
            self._keys[key] = self._take(1)
        self._wanted.append(_Wanted(companion, key, self._take(len(companion.columns) or 1)))
        return self

    def bring_each(self, companion: Companion[Any], keys: str) -> Self:
        """Read this along for each of the ids in the array that the SQL `keys` gives in each row."""
        self._wanted.append(_Wanted(companion, keys, self._take(1), is_array=True))
        return self

    def columns(self, question: Question) -> str:
        """What to add behind the columns of the statement, with a leading comma; nothing when nothing is wanted."""
        columns, joined = {place: f", {key} as along_key_{place}" for key, place in self._keys.items()}, ""
        for number, wanted in enumerate(self._wanted):
            companion = wanted.companion
            names = tuple(map(question.argument, companion.arguments)) if companion.arguments else ()
            columns[wanted.place], source = _sql(
                companion.source, companion.columns, wanted.key, wanted.is_array, f"along_{number}", names
            )
            joined += source
        self.joined = joined
        return "".join([columns[place] for place in sorted(columns)])

    def keep(self, rows: Sequence[Sequence[Any]]) -> None:
        """Take what came along with these rows, as the last of their columns."""
        self._rows += rows
        self._by_key.clear()
        self._known.clear()

    def tell(self, name: str, id: Hashable, value: Any) -> None:
        """Let something be known under this name that nobody has to read: who wrote it just now tells it."""
        self._told.setdefault(name, {})[id] = value
        self._known.clear()

    def among(self, name: str, ids: Iterable[Key]) -> dict[Key, Any]:
        """What came along under this name for those of these ids that it came for."""
        known: dict[Any, Any] = self._known_as(name)
        return {each: known[each] for each in ids if each in known} if known else {}

    async def found(
        self, name: str, ids: Iterable[Key], ask: Callable[[list[Key]], Awaitable[Mapping[Key, Value]]]
    ) -> dict[Key, Value]:
        """What came along under this name, and what `ask` finds for those of these ids for which nothing came.

        An id is missing if there is nothing for it.
        """
        wanted, known = dict.fromkeys(ids), self._known_as(name)
        found: dict[Key, Value] = {each: value for each in wanted if (value := known.get(each)) is not None}
        if len(found) < len(wanted) and (missing := [each for each in wanted if each not in known]):
            found |= await ask(missing)
        return found

    def _rows_by(self, key: str) -> dict[Any, Sequence[Any]]:
        """A row for each of the ids that the SQL `key` gave."""
        rows = self._by_key.get(key)
        if rows is None:
            place = self._keys[key] - self._width
            rows = self._by_key[key] = {row[place]: row for row in self._rows}
            rows.pop(None, None)
        return rows

    def _take(self, columns: int) -> int:
        place = self._width
        self._width += columns
        return place

    def _known_as(self, name: str) -> dict[Any, Any]:
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = {**self._told.get(name, {})}
            for wanted in self._wanted:
                if wanted.companion.name == name:
                    known |= self._read(wanted)
        return known

    def _read(self, wanted: "_Wanted") -> dict[UUID, Any]:
        # Places are counted from the end, since what stands before is the statement's own.
        companion, place = wanted.companion, wanted.place - self._width
        if wanted.is_array:
            came = chain.from_iterable(row[place] for row in self._rows)
            return {key: companion.of(value) for key, value in came}
        rows, read = self._rows_by(wanted.key), companion.read
        if not companion.columns:
            return {key: read(row[place]) for key, row in rows.items()}
        end = place + len(companion.columns) or None
        return {key: None if row[place] is None else read(*row[place:end]) for key, row in rows.items()}


class _Wanted(NamedTuple):
    """A companion; where the SQL of the statement has the id, or the ids, that it is about; its first column."""

    companion: Companion[Any]
    key: str
    place: int
    is_array: bool = False


@lru_cache(1_000)
def _sql(
    source: Callable[..., str], columns: tuple[str, ...], key: str, is_array: bool, alias: str, names: tuple[str, ...]
) -> tuple[str, str]:
    """The columns of a companion, with a leading comma, and what they are joined from. Texts are long, and few."""
    if is_array:
        each = f"{alias}.id"
        belonging = source(each, *names)
        value = f"(select row({', '.join(columns)}) from {belonging})" if columns else belonging
        return f", array(select row({each}, {value}) from unnest({key}) {alias}(id)) as {alias}", ""
    if not columns:
        return f", {source(key, *names)} as {alias}", ""
    named = ", ".join(f"{each} as {alias}_{number}" for number, each in enumerate(columns))
    # Without the offset PostgreSQL might read all there is to join it, where a few rows are looked up.
    return f", {alias}.*", f" left join lateral (select {named} from {source(key, *names)} offset 0) {alias} on true"


class _Nothing(Along):
    """What everybody may share, because it stays empty."""

    def bring(self, companion: Companion[Any], key: str) -> Self:  # noqa: ARG002
        raise TypeError(f"{companion.name} is brought by an Along of one's own")

    def bring_each(self, companion: Companion[Any], keys: str) -> Self:
        return self.bring(companion, keys)

    def keep(self, rows: Sequence[Sequence[Any]]) -> None:
        """There is nothing to take."""

    def tell(self, name: str, id: Hashable, value: Any) -> None:
        """Nobody asks."""


NOTHING = _Nothing()
"""Nothing came along."""
