"""The arguments of a field: read once for an operation, however many objects it is asked of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLInputType,
    Undefined,
    VariableNode,
    get_nullable_type,
    is_enum_type,
    is_leaf_type,
    is_non_null_type,
    is_required_argument,
    specified_scalar_types,
)
from graphql.execution.values import VariableValues, get_argument_values
from graphql.utilities.coerce_input_value import coerce_default_value, coerce_input_literal
from strawberry.relay import GlobalID
from strawberry.schema.config import StrawberryConfig
from strawberry.types.arguments import convert_arguments
from strawberry.types.base import StrawberryMaybe, StrawberryOptional
from strawberry.types.field import StrawberryField

from schema.execution.surprises import Surprise
from schema.execution.variables import NO_VARIABLES

Values = dict[str, Any]
Read = Callable[[VariableValues], Any]


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a field as its resolver gets them, by how much of them is known before anybody runs it."""

    constant: Values | None
    """All of them, where variables have no say."""
    read: Callable[[VariableValues], Values]


def arguments_of(field: GraphQLField, node: FieldNode) -> Arguments:
    """How to read the arguments of `field` as `node` gives them, as graphql-core passes them on."""
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    if not field.args and not given:
        return Arguments({}, lambda _variables: {})
    reads = {definition.out_name or name: _read(definition, given.get(name)) for name, definition in field.args.items()}
    if None in reads.values():
        return Arguments(None, lambda variables: get_argument_values(field, node, variables))
    known = {name: read for name, read in reads.items() if read is not None}

    def arguments(variables: VariableValues) -> Values:
        values = {name: read(variables) for name, read in known.items()}
        return {name: value for name, value in values.items() if value is not Undefined}

    asks = any(isinstance(value, VariableNode) for value in given.values())
    return Arguments(None if asks else arguments(NO_VARIABLES), arguments)


def converted(field: StrawberryField, arguments: Values, info: Any) -> Values:
    """The arguments as Strawberry passes them to a resolver of its own: by their Python names, inputs as objects."""
    schema = info.schema
    return convert_arguments(
        arguments,
        field.arguments,
        scalar_registry=schema.schema_converter.scalar_registry,
        config=schema.config,
        info=info,
    )


@dataclass(frozen=True, slots=True)
class Names:
    """What a field's arguments are called in Python, and which need to be converted even where they are null."""

    names: dict[str, str]
    as_they_are: frozenset[str]
    unless_null: frozenset[str]

    @classmethod
    def of(cls, field: GraphQLField, declared: StrawberryField, config: StrawberryConfig) -> Self:
        """The names of a field's arguments."""
        named = {config.name_converter.from_argument(argument): argument for argument in declared.arguments}
        plain = {name for name, each in named.items() if not _is_maybe(each.type)}
        return cls(
            names={name: str(argument.python_name) for name, argument in named.items()},
            as_they_are=frozenset(name for name in plain if _is_value(field.args[name].type, named[name].type)),
            unless_null=frozenset(plain),
        )

    def passed_on(self, arguments: Values) -> Values | None:
        """The arguments by their Python names; None if one of them needs to be converted."""
        for name, value in arguments.items():
            if name not in self.as_they_are and (value is not None or name not in self.unless_null):
                return None
        return {self.names[name]: value for name, value in arguments.items()}


def _is_maybe(kind: Any) -> bool:
    while isinstance(kind, StrawberryOptional):
        if isinstance(kind, StrawberryMaybe):
            return True
        kind = kind.of_type
    return False


def _is_value(kind: GraphQLInputType, declared: Any) -> bool:
    """Whether Strawberry passes it on: a scalar or an enum, but for its own global ids."""
    while isinstance(declared, StrawberryOptional):
        declared = declared.of_type
    return declared is not GlobalID and is_leaf_type(get_nullable_type(kind))


def _read(definition: GraphQLArgument, value: Any) -> Read | None:
    """How to read one argument; None where graphql-core had better do it."""
    if value is None:
        return None if is_required_argument(definition) else _default(definition)
    if isinstance(value, VariableNode):
        return _variable(definition, value.name.value)
    kind = get_nullable_type(definition.type)
    if not (is_enum_type(kind) or kind in specified_scalar_types.values()):
        return None
    constant = coerce_input_literal(value, definition.type)
    return None if constant is Undefined else lambda _variables: constant


def _default(definition: GraphQLArgument) -> Read:
    return lambda _variables: coerce_default_value(definition)


def _variable(definition: GraphQLArgument, name: str) -> Read:
    needed, default = is_non_null_type(definition.type), _default(definition)

    def read(variables: VariableValues) -> Any:
        value = variables.coerced.get(name, Undefined)
        if value is Undefined:
            value = default(variables)
        if needed and (value is None or value is Undefined):
            raise Surprise(f"${name} has no value where one is needed")
        return value

    return read
