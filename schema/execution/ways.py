"""The ways in which a field gets its value, found out once from how it was declared."""

import dis
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from inspect import CO_COROUTINE, isgeneratorfunction
from keyword import iskeyword
from types import CodeType
from typing import Any, ClassVar

from graphql import GraphQLField, default_field_resolver
from strawberry.schema.config import StrawberryConfig
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from schema.execution.informing import Inform, informing
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
    inform: Inform
    waits: bool
    """Whether its coroutine can be suspended."""


@dataclass(frozen=True, slots=True)
class Called:
    """One call of a function of Strawberry's for each object, with what it asks for: itself, `info`, arguments."""

    function: Callable[..., Any]
    declared: StrawberryField
    inform: Inform
    takes_self: bool
    info_name: str | None
    source_names: tuple[str, ...]
    is_async: bool
    """Whether it always returns a coroutine."""
    waits: bool
    """Whether that can be suspended."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """One call of whatever graphql-core would call, for each object."""

    resolve: Callable[..., Any]
    is_async: ClassVar = False
    waits: ClassVar = True


WAITING = frozenset({"SEND", "GET_AWAITABLE", "GET_ANEXT"})
"""The instructions at which a coroutine can be suspended."""

WAY = "hourglass.way"
"""The key of a field's extensions under which its way is remembered."""

Way = Attribute | Computed | OfLevel | Called | Resolved


def way_of(field: GraphQLField, config: StrawberryConfig | None) -> Way:
    """How `field` is resolved, found out once for its schema."""
    way: Way | None = field.extensions.get(WAY)
    if way is None:
        way = field.extensions[WAY] = _found(field, config)
    return way


def _found(field: GraphQLField, config: StrawberryConfig | None) -> Way:
    """The same. Only what is certain to behave the same is taken apart; the rest is called as it is."""
    declared = field.extensions.get("strawberry-definition")
    if config is None or type(declared) is not StrawberryField or declared.extensions or not _is_its_own(field):
        return Resolved(field.resolve or default_field_resolver)
    assert field.resolve is not None, "a field of Strawberry's has a resolver"
    if declared.base_resolver is None:
        name = declared.python_name
        if declared.default_resolver is getattr and name.isidentifier() and not iskeyword(name):
            return Attribute(name)
        return Resolved(field.resolve)
    level = declared.metadata.get(LEVEL)
    if isinstance(level, Level):
        return OfLevel(level, declared, informing(config.info_class), waits=_can_be_suspended(level.resolve))
    called = _called(declared, declared.base_resolver, config)
    is_plain = called.takes_self and called.info_name is None and not called.source_names
    if is_plain and not declared.is_async and not declared.arguments and not isgeneratorfunction(called.function):
        return Computed(called.function)
    return called


def _called(declared: StrawberryField, resolver: StrawberryResolver[Any], config: StrawberryConfig) -> Called:
    info = resolver.info_parameter
    sources = (resolver.parent_parameter, resolver.root_parameter)
    function = resolver.wrapped_func if callable(resolver.wrapped_func) else resolver
    return Called(
        function=function,
        declared=declared,
        inform=informing(config.info_class),
        takes_self=resolver.self_parameter is not None,
        info_name=info.name if info else None,
        source_names=tuple(parameter.name for parameter in sources if parameter),
        is_async=_is_coroutine_function(function),
        waits=_can_be_suspended(function),
    )


def _is_coroutine_function(function: Callable[..., Any]) -> bool:
    code = getattr(function, "__code__", None)
    return isinstance(code, CodeType) and bool(code.co_flags & CO_COROUTINE)


@cache
def _can_be_suspended(function: Callable[..., Any]) -> bool:
    """Whether what a function returns may have to be waited for: not if it is an `async def` that awaits nothing."""
    if not _is_coroutine_function(function):
        return True
    return any(instruction.opname in WAITING for instruction in dis.get_instructions(function.__code__))


def _is_its_own(field: GraphQLField) -> bool:
    """Whether nothing stands between the field and its resolver: no handler of exceptions, no other function."""
    resolve: Any = field.resolve
    if getattr(resolve, "__module__", "") != "strawberry.schema.schema_converter":
        return False
    around = dict(zip(resolve.__code__.co_freevars, resolve.__closure__ or (), strict=True))
    if "field_exception_handlers" in around:
        return not around["field_exception_handlers"].cell_contents
    return bool(resolve.__name__ == "_get_basic_result")
