"""Enums of the domain as the graph shows them, with a description for each value."""

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from community.kernel.words import Word

Kind = TypeVar("Kind", bound=type[Enum])


def graph_enum(
    enum: Kind, description: str, values: Mapping[Enum, str] | None = None, *, name: str | None = None
) -> Kind:
    """Declare a domain enum in the graph. Words say themselves what they mean; others are described in `values`.

    Raises TypeError for a value without a description.
    """
    meanings = values or {value: value.meaning for value in enum if isinstance(value, Word)}
    if silent := [value.name for value in enum if value not in meanings]:
        raise TypeError(f"{enum.__name__}.{silent[0]} has no description where graph_enum shows {enum.__name__}")
    declared = strawberry.enum(enum, name=name, description=description)
    definition: StrawberryEnumDefinition = declared.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = meanings[enum[value.name]]
    return declared
