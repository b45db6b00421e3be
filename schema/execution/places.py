"""Where the objects of a list stand in the answer: worked out only when somebody asks for a path.

A place is a tuple, since one is made for every column of objects and hardly ever read.
"""

from bisect import bisect_right
from typing import Any, Protocol

from graphql.pyutils import Path


class Place(Protocol):
    """Where the values of one column stand."""

    def at(self, index: int) -> Path | None:
        """The path of one of them."""
        ...


class Root(tuple[()]):
    """The one object that everything begins with."""

    __slots__ = ()

    def at(self, index: int) -> None:
        """It has no path."""


ROOT = Root()


class Below(tuple[Any, ...]):
    """`(place, field)`: the values of one field, one for each of the objects that stand at `place`."""

    __slots__ = ()

    def at(self, index: int) -> Path:
        """The object's path with the field's key."""
        place, field = self
        return Path(place.at(index), field.key, field.parent_type.name)


class Items(tuple[Any, ...]):
    """`(place, ends)`: the items of all the lists at `place`, one after the other, and before which each list ends."""

    __slots__ = ()

    def at(self, index: int) -> Path:
        """The list's path with the item's index in it."""
        place, ends = self
        number = bisect_right(ends, index)
        return Path(place.at(number), index - ends[number - 1] if number else index, None)


class Some(tuple[Any, ...]):
    """`(place, indices)`: those of the values at `place` that have these indices."""

    __slots__ = ()

    def at(self, index: int) -> Path | None:
        """The chosen one's path."""
        place, indices = self
        path: Path | None = place.at(indices[index])
        return path
