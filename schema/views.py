"""Types that show a view: their fields are read from it under their own names, and only those that are asked for.

@shows
@strawberry.type(description="Somebody who joined.")
class Member(Node, Shown[MemberView]):
    handle: str = strawberry.field(description="The unique name behind the @.")     # is `view.handle`

Member.of(view)
"""

from dataclasses import fields
from operator import attrgetter
from typing import Any, Generic, Self, TypeVar, get_args, get_origin

from community.kernel.along import NOTHING, Along

View = TypeVar("View")
Kind = TypeVar("Kind", bound=type)

OWN = {"uuid", "view", "along"}
"""What a type has by itself."""


class Shown(Generic[View]):
    """What a view is shown as, and what came along with it."""

    view: View
    along: Along

    @classmethod
    def of(cls, view: View, along: Along = NOTHING) -> Self:
        """Show a view."""
        shown = cls.__new__(cls)
        shown.view = view
        shown.along = along
        return shown


def shows(kind: Kind) -> Kind:
    """Let the fields of a type that have no resolver be read from its view; the `id` there is a node's `uuid`.

    What the view does not have, its own `of` sets. Raises TypeError where there is none.
    """
    shape: Any = kind
    view = next(get_args(base)[0] for base in shape.__orig_bases__ if get_origin(base) is Shown)
    for field in fields(shape):
        if field.name in OWN or getattr(field, "base_resolver", None):
            continue
        if hasattr(view, field.name):
            setattr(kind, field.name, property(attrgetter(f"view.{field.name}")))
        elif "of" not in vars(kind):
            raise TypeError(f"{kind.__name__}.{field.name} is not in the {view.__name__} that it shows")
    if hasattr(kind, "id"):
        shape.uuid = property(attrgetter("view.id"))
    return kind
