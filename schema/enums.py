"""Enums of the domain as the graph shows them, with a description for each value."""

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

Kind = TypeVar("Kind", bound=type[Enum])


def graph_enum(enum: Kind, description: str, values: Mapping[Enum, str], *, name: str | None = None) -> Kind:
    """Declare a domain enum in the graph. Raises TypeError for a value without a description."""
    if silent := [value.name for value in enum if value not in values]:
        raise TypeError(
            f"{enum.__name__}.{silent[0]} has no description where graph_enum shows {enum.__name__} to the graph"
        )
    declared = strawberry.enum(enum, name=name, description=description)
    definition: StrawberryEnumDefinition = declared.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = values[enum[value.name]]
    return declared
