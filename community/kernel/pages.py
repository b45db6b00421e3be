"""Keyset pages: which slice a client asked for, and the slice it gets.

A page has an order that ends in the id, so a cursor names one place in it for ever, whatever is inserted meanwhile.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar, overload
from uuid import UUID

import orjson

from community.kernel.errors import BadInput

DEFAULT_SIZE = 20
MAX_SIZE = 100

Item = TypeVar("Item")
Other = TypeVar("Other")

Keyset = tuple[Any, ...]
"""The values of a row in the page's order, most significant first, ending in the id."""

Shape = tuple[type, ...]
"""The types of a keyset's values: str, int, float, UUID or datetime."""

INT_MAX = 2**63 - 1


class PageRequest(NamedTuple):
    """`size` rows strictly after (or, walking backward, before) a place in the order."""

    size: int = DEFAULT_SIZE
    after: Keyset | None = None
    before: Keyset | None = None
    backward: bool = False

    @classmethod
    def of(
        cls,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        shape: Shape = (UUID,),
    ) -> PageRequest:
        """Read Relay's four arguments. `shape` says what this order's cursors carry. Raises BadInput."""
        if first is not None and last is not None:
            raise BadInput("last", "Ask for either first or last, not both.")
        size = first if first is not None else last if last is not None else DEFAULT_SIZE
        if not 0 <= size <= MAX_SIZE:
            raise BadInput("first" if last is None else "last", "A page holds 0 to {limit} items.", MAX_SIZE)
        return cls(
            size=size,
            after=None if after is None else decode_cursor(after, shape, "after"),
            before=None if before is None else decode_cursor(before, shape, "before"),
            backward=last is not None,
        )

    @property
    def named(self) -> PageRequest:
        """The same with names for values, as statements are put together once: of lists in the order of their ids."""
        if not self.after and not self.before:
            return self
        return self._replace(after=self.after and (AFTER,), before=self.before and (BEFORE,))

    @property
    def values(self) -> dict[str, Any]:
        """What those names stand for."""
        return {AFTER: self.after and self.after[0], BEFORE: self.before and self.before[0]}


AFTER, BEFORE = "after", "before"


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Items in the page's own order (also when walked backward), each with its cursor."""

    items: Sequence[Item]
    cursors: Sequence[str]
    has_next: bool = False
    has_previous: bool = False

    def map(self, wrap: Callable[[Item], Other]) -> Page[Other]:
        """The same page of other items."""
        return Page([wrap(item) for item in self.items], self.cursors, self.has_next, self.has_previous)


class Cursors(Sequence[str]):
    """The cursors of items, each written when somebody asks for it: mostly for the last."""

    def __init__(self, items: Sequence[Any], key: Callable[[Any], Keyset]) -> None:
        self._items = items
        self._key = key

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...

    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        if isinstance(place, slice):
            return Cursors(self._items[place], self._key)
        return encode_cursor(self._key(self._items[place]))


def page_of(found: Sequence[Item], request: PageRequest, key: Callable[[Item], Keyset]) -> Page[Item]:
    """Cut a page from up to `size + 1` rows, which were fetched in walking order."""
    more = len(found) > request.size
    kept = list(found[: request.size])
    if request.backward:
        kept.reverse()
    return Page(
        items=kept,
        cursors=Cursors(kept, key),
        has_next=(request.before is not None) if request.backward else more,
        has_previous=more if request.backward else (request.after is not None),
    )


def encode_cursor(keyset: Keyset) -> str:
    """An opaque, URL-safe cursor. The driver's own UUID class is written like any other."""
    return base64.urlsafe_b64encode(orjson.dumps(keyset, default=str)).rstrip(b"=").decode()


def decode_cursor(cursor: str, shape: Shape = (UUID,), field: str = "after") -> Keyset:
    """The keyset inside a cursor. Raises BadInput for anything this server did not hand out."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        values = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        return tuple(_typed(value, kind) for value, kind in zip(values, shape, strict=True))
    except (ValueError, TypeError, binascii.Error):
        raise BadInput(field, "This cursor was not made by this list. Start again without it.") from None


def _typed(value: Any, kind: type) -> Any:
    """`value` as JSON gave it, as the type that was put in. Raises ValueError for what PostgreSQL would refuse."""
    if kind in (UUID, datetime) and not isinstance(value, str):
        raise ValueError(value)
    if kind is UUID:
        return UUID(value)
    if kind is datetime:
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            raise ValueError(value)
        return instant
    if type(value) is not kind or (isinstance(value, int) and abs(value) > INT_MAX):
        raise ValueError(value)
    if isinstance(value, str) and "\0" in value:
        raise ValueError(value)
    return value
