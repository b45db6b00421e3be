"""A type shows its view: what it is asked for is read there."""

from typing import NamedTuple, Self
from uuid import UUID

import pytest
import strawberry

from community.kernel.along import NOTHING, Along
from community.kernel.ids import new_id
from schema.nodes import Node
from schema.views import Shown, shows


class View(NamedTuple):
    """What is shown."""

    id: UUID
    name: str

    @property
    def initial(self) -> str:
        """Worked out when it is asked for."""
        return self.name[0]


def test_fields_are_read_from_the_view_and_its_id_is_the_nodes() -> None:
    @shows
    @strawberry.type
    class Person(Node, Shown[View]):
        name: str
        initial: str

    view, along = View(new_id(), "Mei"), Along()
    person = Person.of(view, along)
    assert (person.name, person.initial, person.uuid) == ("Mei", "M", view.id)
    assert person.along is along
    assert Person.of(view).along is NOTHING


def test_what_the_view_does_not_have_is_set_by_the_types_own_rule() -> None:
    @shows
    @strawberry.type
    class Person(Shown[View]):
        name: str
        age: int

        @classmethod
        def of(cls, view: View, along: Along = NOTHING) -> Self:
            person = super().of(view, along)
            person.age = 7
            return person

    person = Person.of(View(new_id(), "Tom"))
    assert (person.name, person.age) == ("Tom", 7)


def test_a_field_that_comes_from_nowhere_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match=r"Person\.age is not in the View"):

        @shows
        @strawberry.type
        class Person(Shown[View]):
            age: int
