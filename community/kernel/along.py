"""What a statement reads along for others: some columns more for each of its rows, instead of a statement each.

    AUTHORS = Company.of({"p.author_id": [members.BESIDE]})         # the same for all who select the same

    along = Along(AUTHORS, Asking(member_id, now))                  # for one of them
    columns = along.columns(question)
    rows = await database.fetch(f"select p.*{columns} from posts_post p{along.joined} where …", *question.arguments)
    along.keep(rows)
    await members.by_ids(author_ids, along)                         # asks for nobody who came along

Whoever can be brought says how in a `Companion`, and takes an `along` where it is asked for the same by itself: see
`Along.found`. What came is read when somebody asks for it.
"""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from itertools import chain, starmap
from operator import attrgetter, itemgetter
from typing import Any, Generic, NamedTuple, Protocol, Self, TypeVar
from uuid import UUID

from community.kernel import clock

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Row = Sequence[Any]

REMEMBERED = 1_000
"""So many companies that were put together one by one are remembered, and so many statements of each kind."""


class Asking(NamedTuple):
    """Who asks, and when."""

    member_id: UUID | None
    now: datetime


Given = Callable[[Asking], Any]
"""What a statement is told of who asks."""

VIEWER: Given = attrgetter("member_id")
NOW: Given = attrgetter("now")


class Question(Protocol):
    """A statement in the making, such as `database.Question`."""

    arguments: list[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Companion(Generic[Value]):
    """What can be read along: the SQL of what belongs to an id, and what that means."""

    source: Callable[..., str]
    """Gets the SQL of the id, and what the statement calls the `arguments`. An expression; or, where there are
    `columns`, what stands behind `from`: at most one row, and none for whom there is nothing."""
    read: Callable[..., Value]
    """What the value of the expression means, or the values of the columns."""
    columns: tuple[str, ...] = ()
    """The first of them is never null."""
    arguments: tuple[Given, ...] = ()

    def of(self, value: Any) -> Value | None:
        """What such a value means."""
        if not self.columns:
            return self.read(value)
        return None if value is None else self.read(*value)


class _Brought(NamedTuple):
    """A companion; where the SQL of the statement has the id, or the ids, that it is about."""

    companion: Companion[Any]
    key: str
    is_each: bool = False

    @property
    def width(self) -> int:
        """How many columns it takes."""
        return 1 if self.is_each else len(self.companion.columns) or 1


def _columns_in(sql: str) -> dict[str, int]:
    if "(" in sql:
        raise ValueError(f"Columns have to be plain, or nobody knows where one ends: {sql}")
    return {column: place for place, column in enumerate(sql.split(", "))}


class Company:
    """Which companions come along, and for which ids: their SQL, and how their values are read, worked out once."""

    def __init__(self, brought: Sequence[_Brought] = (), own: str = "") -> None:
        self._brought = brought
        self._own = own
        keys = dict.fromkeys(each.key for each in brought if not each.is_each)
        self._keys = [key for key in keys if key not in _columns_in(own)]
        self._written: dict[int, tuple[str, str]] = {}
        self.given = tuple(dict.fromkeys(chain.from_iterable(each.companion.arguments for each in brought)))
        """What the statement is told of who asks, in this order, behind its own arguments."""
        self.readers = self._readers()
        """How to read what came of a companion from rows that end with its columns, by id."""

    @classmethod
    def of(
        cls,
        one: Mapping[str, Iterable[Companion[Any]]],
        *,
        each: Mapping[str, Iterable[Companion[Any]]] | None = None,
        own: str = "",
    ) -> Self:
        """Those that come for the id that an SQL gives in each row, and for `each` of the ids in the array it gives.

        Where every statement begins with its `own` columns, an id among these is not read a second time.
        """
        brought = [_Brought(companion, key) for key, companions in one.items() for companion in companions]
        for key, companions in (each or {}).items():
            brought += [_Brought(companion, key, is_each=True) for companion in companions]
        return cls(brought, own)

    def with_one(self, brought: _Brought) -> "Company":
        """The same company, and one more."""
        return Company([*self._brought, brought], self._own)

    def beside(self, taken: int) -> tuple[str, str]:
        """What to add behind the columns of a statement, with a leading comma, and behind its `from`.

        So many arguments are `taken` by the statement itself.
        """
        written = self._written.get(taken)
        if written is None:
            written = self._written[taken] = self._write(taken)
        return written

    def _write(self, taken: int) -> tuple[str, str]:
        names = {given: f"${taken + number}" for number, given in enumerate(self.given, 1)}
        columns = "".join([f", {key} as along_key_{number}" for number, key in enumerate(self._keys)])
        joined = ""
        for number, (companion, key, is_each) in enumerate(self._brought):
            called = [names[given] for given in companion.arguments]
            column, source = _sql(companion, key, called, f"along_{number}", is_each=is_each)
            columns += column
            joined += source
        return columns, joined

    def _readers(self) -> "dict[Companion[Any], list[_Reader]]":
        # Places are counted from the end, since what stands before is the statement's own.
        place = -sum(brought.width for brought in self._brought)
        ids = _columns_in(self._own) | {key: place + number for number, key in enumerate(self._keys, -len(self._keys))}
        readers: dict[Companion[Any], list[_Reader]] = {}
        for brought in self._brought:
            companion, key, is_each = brought
            read = _reader_of_each(companion, place) if is_each else _reader(companion, ids[key], place)
            readers.setdefault(companion, []).append(read)
            place += brought.width
        return readers


NOBODY = Company()


class Along:
    """What is read along with some rows: which company, who asks, and what came."""

    def __init__(self, company: Company = NOBODY, asking: Asking | None = None) -> None:
        self.company = company
        self._asking = asking
        self._rows: list[Row] = []
        self._known: dict[Hashable, dict[Any, Any]] = {}
        self._told: dict[Hashable, dict[Any, Any]] = {}
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
            for what in each.company.readers.keys() | each._told.keys() | each._known.keys():
                found._known.setdefault(what, {}).update(each.known(what))
        return found

    @property
    def now(self) -> datetime:
        """When it is asked."""
        return clock.now() if self._asking is None else self._asking.now

    def bring(self, companion: Companion[Any], key: str) -> Self:
        """Read this along as well, for the id that the SQL `key` gives in each row."""
        self.company = _joined(self.company, _Brought(companion, key))
        return self

    def columns(self, question: Question) -> str:
        """What to add behind the columns of the statement, with a leading comma; nothing when nothing is wanted."""
        columns, self.joined = self.company.beside(len(question.arguments))
        question.arguments += self.given()
        return columns

    def given(self) -> list[Any]:
        """The arguments behind those of the statement itself."""
        asking = self._asking or Asking(None, self.now)
        return [given(asking) for given in self.company.given]

    def keep(self, rows: Sequence[Row]) -> None:
        """Take what came along with these rows, as the last of their columns."""
        self._rows += rows
        self._known.clear()

    def tell(self, what: Hashable, id: Hashable, value: Any) -> None:
        """Let something be known of an id that nobody has to read: who wrote it just now tells it."""
        self._told.setdefault(what, {})[id] = value
        self._known.clear()

    def share(self, other: "Along") -> None:
        """Know what another one of the same company knows, from now on, and the other way round.

        Raises ValueError for different companies, and where what comes depends on who asks.
        """
        if self.company is not other.company or {*self.company.given} - {NOW}:
            raise ValueError("Only who brings the same can share it, and only what does not depend on who asks.")
        self._rows, self._known, self._told = other._rows, other._known, other._told

    def known(self, what: Hashable) -> Mapping[Any, Any]:
        """What came along of this, by id; None where there is nothing for it."""
        known = self._known.get(what)
        if known is None:
            known = self._known[what] = {**self._told.get(what, {})}
            for read in self.company.readers.get(what, ()):  # type: ignore[call-overload]
                known |= read(self._rows)
        return known

    def among(self, what: Hashable, ids: Iterable[Key]) -> dict[Key, Any]:
        """What came along of this for those of these ids that it came for."""
        known = self.known(what)
        return {each: known[each] for each in ids if each in known} if known else {}

    async def found(
        self, what: Companion[Value], ids: Iterable[Key], ask: Callable[[list[Key]], Awaitable[Mapping[Key, Value]]]
    ) -> dict[Key, Value]:
        """What came along of this, and what `ask` finds for those of these ids for which nothing came.

        An id is missing if there is nothing for it.
        """
        wanted, known = dict.fromkeys(ids), self.known(what)
        found: dict[Key, Value] = {each: value for each in wanted if (value := known.get(each)) is not None}
        if len(found) < len(wanted) and (missing := [each for each in wanted if each not in known]):
            found |= await ask(missing)
        return found


class _Nothing(Along):
    """What everybody may share, because it stays empty."""

    def bring(self, companion: Companion[Any], key: str) -> Self:  # noqa: ARG002
        raise TypeError("Companions are brought by an Along of one's own.")

    def keep(self, rows: Sequence[Row]) -> None:
        """There is nothing to take."""

    def tell(self, what: Hashable, id: Hashable, value: Any) -> None:
        """Nobody asks."""


NOTHING = _Nothing()
"""Nothing came along."""

_Reader = Callable[[Sequence[Row]], dict[Any, Any]]


@lru_cache(REMEMBERED)
def _joined(company: Company, brought: _Brought) -> Company:
    return company.with_one(brought)


def _sql(companion: Companion[Any], key: str, names: Sequence[str], alias: str, *, is_each: bool) -> tuple[str, str]:
    """The columns of a companion, with a leading comma, and what they are joined from."""
    source, columns = companion.source, companion.columns
    if is_each:
        one = f"{alias}.id"
        belonging = source(one, *names)
        value = f"(select row({', '.join(columns)}) from {belonging})" if columns else belonging
        return f", array(select row({one}, {value}) from unnest({key}) {alias}(id)) as {alias}", ""
    if not columns:
        return f", {source(key, *names)} as {alias}", ""
    named = ", ".join(f"{each} as {alias}_{number}" for number, each in enumerate(columns))
    # Without the offset PostgreSQL might read all there is to join it, where a few rows are looked up.
    return f", {alias}.*", f" left join lateral (select {named} from {source(key, *names)} offset 0) {alias} on true"


def _reader(companion: Companion[Any], id_at: int, begin: int) -> _Reader:
    """How to read what belongs to the id in one column, from the column or columns that begin at another."""
    id_of, value_of, meaning = itemgetter(id_at), itemgetter(begin), companion.read
    values_of, meanings = itemgetter(slice(begin, begin + len(companion.columns) or None)), _of_all(meaning)

    def read_one(rows: Sequence[Row]) -> dict[Any, Any]:
        found = dict(zip(map(id_of, rows), map(meaning, map(value_of, rows)), strict=True))
        found.pop(None, None)
        return found

    def read_several(rows: Sequence[Row]) -> dict[Any, Any]:
        there = [row for row in rows if row[begin] is not None]
        found = {} if len(there) == len(rows) else dict.fromkeys(map(id_of, rows))
        found.update(zip(map(id_of, there), meanings(map(values_of, there)), strict=True))
        found.pop(None, None)
        return found

    return read_several if companion.columns else read_one


def _reader_of_each(companion: Companion[Any], place: int) -> _Reader:
    def read(rows: Sequence[Row]) -> dict[Any, Any]:
        return {key: companion.of(value) for key, value in chain.from_iterable([row[place] for row in rows])}

    return read


def _of_all(meaning: Callable[..., Any]) -> Callable[[Iterable[Sequence[Any]]], Iterable[Any]]:
    """What the values of many mean, each. Named tuples are made of them in C."""
    if isinstance(meaning, type) and issubclass(meaning, tuple):
        return partial(map, partial(tuple.__new__, meaning))
    return partial(starmap, meaning)
