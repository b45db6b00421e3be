"""Kinds of values: which classes are values at all, and which GraphQL type an object of a class has."""

from collections.abc import AsyncIterable, Callable
from inspect import iscoroutine
from types import GeneratorType, NoneType
from typing import Any

from graphql import Executor, GraphQLAbstractType, GraphQLObjectType, Undefined, is_object_type
from strawberry.types.base import StrawberryObjectDefinition, get_object_definition
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE

from schema.execution.surprises import Surprise

MAX_KINDS = 1_000
"""How many classes are remembered for one field. More are looked at each time."""

_NO_VALUES = (BaseException, GeneratorType, NoneType, type(Undefined), AsyncIterable)


def is_plain(kind: type) -> bool:
    """Whether what is of this class is a value: neither null, nor an error, nor something to wait for."""
    return not issubclass(kind, _NO_VALUES) and not hasattr(kind, "__await__")


def is_cast(value: Any) -> bool:
    """Whether `strawberry.cast` says what this is, so that its class does not."""
    return hasattr(value, TYPE_CAST_ATTRIBUTE)


class Kinds:
    """Which object type the values of one field have. What depends on a class alone is remembered."""

    def __init__(self, declared: GraphQLObjectType | GraphQLAbstractType, executor: Executor[Any]) -> None:
        self._declared = declared
        self._executor = executor
        self._known: dict[type, GraphQLObjectType] = {}
        self.is_checked = not isinstance(declared, GraphQLObjectType) or declared.is_type_of is not None
        """Whether a value has to prove what it is."""

    def of_all(self, values: list[Any], info: Callable[[], Any]) -> list[GraphQLObjectType]:
        """The type of each value. Raises Surprise where there is none, or it cannot be told at once."""
        known = self._known
        kinds = [known.get(kind) for kind in map(type, values)]
        if None in kinds or (self.is_checked and any(map(is_cast, values))):
            told = info()
            return [self._look(value, told) for value in values]
        return kinds  # type: ignore[return-value]

    def told_by(self, kind: type) -> GraphQLObjectType | None:
        """The type of all objects of a class, if it is known that the class alone tells it."""
        return self._known.get(kind)

    def _look(self, value: Any, info: Any) -> GraphQLObjectType:
        kind = type(value)
        if not is_plain(kind):
            raise Surprise(f"{self._declared.name} cannot be {kind.__name__}")
        found = _type_of(self._declared, value, self._executor, info)
        if found.is_type_of is not None and not _at_once(found.is_type_of(value, info)):
            raise Surprise(f"{kind.__name__} is no {found.name}")
        if len(self._known) < MAX_KINDS and not is_cast(value) and _is_told_by_class(self._declared, found, kind):
            self._known[kind] = found
        return found


def _type_of(declared: Any, value: Any, executor: Any, info: Any) -> GraphQLObjectType:
    if is_object_type(declared):
        return declared
    resolve = declared.resolve_type or executor.type_resolver
    name = _at_once(resolve(value, info, declared))
    found = executor.schema.get_type(name) if isinstance(name, str) else None
    if not is_object_type(found) or not executor.schema.is_sub_type(declared, found):
        raise Surprise(f"{name} is no {declared.name}")
    return found


def _at_once(answer: Any) -> Any:
    if hasattr(answer, "__await__"):
        if iscoroutine(answer):
            answer.close()
        raise Surprise("a type is found out later")
    return answer


def _is_told_by_class(declared: Any, found: GraphQLObjectType, kind: type) -> bool:
    """Whether every object of the class has the same type: it is a type of Strawberry's that is not generic."""
    shape = found.extensions.get("strawberry-definition")
    if is_object_type(declared) and found.is_type_of is None:
        return True
    own = get_object_definition(kind)
    if own is None or shape is None or own.is_graphql_generic or shape.is_type_of is not None:
        return False
    if is_object_type(declared):
        return True
    abstract = declared.extensions.get("strawberry-definition")
    own_rule = getattr(abstract, "resolve_type", None) if isinstance(abstract, StrawberryObjectDefinition) else None
    return abstract is not None and own_rule is None
