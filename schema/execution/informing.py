"""What a resolver is told as `info`: most look at the context alone, so the rest is put together when asked for."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import strawberry
from strawberry.types.field import StrawberryField

if TYPE_CHECKING:
    from schema.execution.running import Run
    from schema.execution.selections import Field


class LateInfo(strawberry.Info[Any, Any]):
    """Strawberry's, but for the moment at which graphql-core's is made."""

    def __init__(self, run: "Run", field: "Field", path: Callable[[], Any], declared: StrawberryField) -> None:
        self._made: Any = None
        self._run, self._asked, self._path = run, field, path
        # Strawberry's own name for what was declared.
        self._field = declared

    @property
    def _raw_info(self) -> Any:  # type: ignore[override]
        if self._made is None:
            self._made = self._run.info_at(self._asked, self._path())
        return self._made

    @property
    def context(self) -> Any:
        """The context, which needs no more than the run."""
        return self._run.executor.context_value


def info_of(
    kind: type[strawberry.Info[Any, Any]],
    run: "Run",
    field: "Field",
    path: Callable[[], Any],
    declared: StrawberryField,
) -> strawberry.Info[Any, Any]:
    """What the resolver of `field` is told at the path, which is worked out if somebody asks."""
    if kind is strawberry.Info:
        return LateInfo(run, field, path, declared)
    return kind(_raw_info=run.info_at(field, path()), _field=declared)
