"""Types that show a view: their fields are read from it under their own names, and only those that are asked for.

@shows
@strawberry.type(description="Somebody who joined.")
class Member(Node, Shown[MemberView]):
    handle: str = strawberry.field(description="The unique name behind the @.")     # is `view.handle`

Member.of(view)
"""

from operator import attrgetter
from typing import Any, Generic, Self, TypeVar, get_args, get_origin

from strawberry.types.base import get_object_definition

from community.kernel.along import NOTHING, Along

View = TypeVar("View")
Kind = TypeVar("Kind", bound=type)


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
    """Let the fields of a type that have neither a resolver nor another place be read from its view, where an `id` is
    its `uuid`."""
    shape: Any = kind
    view = next(get_args(base)[0] for base in shape.__orig_bases__ if get_origin(base) is Shown)
    for field in get_object_definition(shape, strict=True).fields:
        if field.base_resolver is None and hasattr(view, field.python_name):
            setattr(kind, field.python_name, property(attrgetter(f"view.{field.python_name}")))
    if hasattr(kind, "id"):
        shape.uuid = property(attrgetter("view.id"))
    return kind
