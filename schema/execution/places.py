"""Where the objects of a list stand in the answer: worked out only when somebody asks for a path."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

from graphql.pyutils import Path


class Place(Protocol):
    """The paths of the values of one column, in their order."""

    def paths(self) -> Iterator[Path | None]:
        """One path per value."""
        ...

    def first(self) -> Path | None:
        """The first of them. There is one: nobody asks for a place without values."""
        ...


class Root:
    """The one object that everything begins with."""

    __slots__ = ()

    def paths(self) -> Iterator[Path | None]:
        """It has none."""
        yield None

    def first(self) -> Path | None:
        """It has none."""
        return None


ROOT = Root()


class Below:
    """The values of one field, one for each of the parents."""

    __slots__ = ("key", "parents", "typename")

    def __init__(self, parents: Place, key: str, typename: str) -> None:
        self.parents, self.key, self.typename = parents, key, typename

    def paths(self) -> Iterator[Path]:
        """The parents' paths with the field's key."""
        for path in self.parents.paths():
            yield Path(path, self.key, self.typename)

    def first(self) -> Path:
        """The first parent's path with the field's key."""
        return Path(self.parents.first(), self.key, self.typename)


class Items:
    """The items of all the lists of a column, one list after the other."""

    __slots__ = ("lengths", "lists")

    def __init__(self, lists: Place, lengths: Sequence[int]) -> None:
        self.lists, self.lengths = lists, lengths

    def paths(self) -> Iterator[Path | None]:
        """The lists' paths with the items' indices."""
        for path, length in zip(self.lists.paths(), self.lengths, strict=True):
            for index in range(length):
                yield Path(path, index, None)

    def first(self) -> Path | None:
        """The path of the first list that is not empty, with the index 0."""
        if self.lengths[0]:
            return Path(self.lists.first(), 0, None)
        return next(self.paths())


class Some:
    """Those of a column's values that stand at these indices, which ascend."""

    __slots__ = ("indices", "whole")

    def __init__(self, whole: Place, indices: Iterable[int]) -> None:
        self.whole, self.indices = whole, indices

    def paths(self) -> Iterator[Path | None]:
        """The chosen ones' paths."""
        paths: list[Any] = list(self.whole.paths())
        for index in self.indices:
            yield paths[index]

    def first(self) -> Path | None:
        """The first chosen one's path."""
        return next(self.paths())
