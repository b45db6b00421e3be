"""The ways in which a field gets its value, found out once from how it was declared."""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import isgeneratorfunction
from keyword import iskeyword
from typing import Any

import strawberry
from graphql import GraphQLField, default_field_resolver
from strawberry.schema.config import StrawberryConfig
from strawberry.types.field import StrawberryField

from schema.execution.levels import LEVEL, Level


@dataclass(frozen=True, slots=True)
class Attribute:
    """It is read from the object."""

    name: str


@dataclass(frozen=True, slots=True)
class Computed:
    """A plain function of the object alone computes it."""

    function: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class OfLevel:
    """One call for all objects of a level."""

    level: Level
    declared: StrawberryField
    info_class: type[strawberry.Info[Any, Any]]


@dataclass(frozen=True, slots=True)
class Resolved:
    """One call of its resolver for each object, with `info` and arguments: async, or anything else."""

    resolve: Callable[..., Any]


Way = Attribute | Computed | OfLevel | Resolved


def way_of(field: GraphQLField, config: StrawberryConfig | None) -> Way:
    """How `field` is resolved. Only what is certain to behave the same is taken apart; the rest is called as it is."""
    declared = field.extensions.get("strawberry-definition")
    if config is None or type(declared) is not StrawberryField or declared.extensions or not _is_its_own(field):
        return Resolved(field.resolve or default_field_resolver)
    assert field.resolve is not None, "a field of Strawberry's has a resolver"
    resolver = declared.base_resolver
    if resolver is None:
        name = declared.python_name
        if declared.default_resolver is getattr and name.isidentifier() and not iskeyword(name):
            return Attribute(name)
        return Resolved(field.resolve)
    level = declared.metadata.get(LEVEL)
    if isinstance(level, Level):
        return OfLevel(level, declared, config.info_class)
    function: Any = resolver.wrapped_func
    if declared.is_async or resolver.arguments or _asks_for_more(resolver) or isgeneratorfunction(function):
        return Resolved(field.resolve)
    return Computed(function)


def _is_its_own(field: GraphQLField) -> bool:
    """Whether nothing stands between the field and its resolver: no handler of exceptions, no other function."""
    resolve: Any = field.resolve
    if getattr(resolve, "__module__", "") != "strawberry.schema.schema_converter":
        return False
    around = dict(zip(resolve.__code__.co_freevars, resolve.__closure__ or (), strict=True))
    if "field_exception_handlers" in around:
        return not around["field_exception_handlers"].cell_contents
    return bool(resolve.__name__ == "_get_basic_result")


def _asks_for_more(resolver: Any) -> bool:
    """Whether it wants anything but the object as `self`."""
    return not resolver.self_parameter or bool(
        resolver.info_parameter or resolver.parent_parameter or resolver.root_parameter
    )
