"""What a resolver is told as `info`: most look at the context alone, so the rest is put together when asked for."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import strawberry
from graphql import FragmentDefinitionNode
from graphql.pyutils import Path

from schema.execution.places import Below, Place

if TYPE_CHECKING:
    from schema.execution.running import Run
    from schema.execution.selections import Field
    from schema.execution.ways import Called, OfLevel

Inform = Callable[["Run", "Field", "Called | OfLevel", Place, int], Any]
"""From a run, a field, the way it is resolved in, and the index of an object in its place, to its `info`."""


class LateInfo(strawberry.Info[Any, Any]):
    """Strawberry's, but for the moment at which graphql-core's is made."""

    __slots__ = ("_asked", "_index", "_made", "_place", "_run", "context", "field_nodes")

    def __init__(self, run: "Run", field: "Field", way: "Called | OfLevel", place: Place, index: int) -> None:
        self._run, self._asked, self._place, self._index = run, field, place, index
        # Strawberry's own name for what was declared.
        self._field = way.declared
        self._made: Any = None
        self.context = run.context  # type: ignore[misc]
        self.field_nodes = field.nodes
        """All places of the document that ask for the field."""

    @property
    def fragments(self) -> Mapping[str, FragmentDefinitionNode]:
        """The fragments of the document."""
        return self._run.plan.executor.fragment_definitions

    @property
    def _raw_info(self) -> Any:  # type: ignore[override]
        if self._made is None:
            self._made = raw_info(self._run, self._asked, Below((self._place, self._asked)).at(self._index))
        return self._made


def informing(kind: type[strawberry.Info[Any, Any]]) -> "Inform":
    """How to tell a resolver in an `info` of this class; in one of an application's own, all at once."""
    if kind is strawberry.Info:
        return LateInfo

    def inform(run: "Run", field: "Field", way: "Called | OfLevel", place: Place, index: int) -> Any:
        return kind(_raw_info=raw_info(run, field, Below((place, field)).at(index)), _field=way.declared)

    return inform


def raw_info(run: "Run", field: "Field", path: Path) -> Any:
    """What graphql-core tells the resolver of `field` at `path`."""
    return run.executor.build_resolve_info(field.definition, field.nodes, field.parent_type, path)
