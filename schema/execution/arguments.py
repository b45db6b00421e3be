"""The arguments of a field: read once for an operation, however many objects it is asked of."""

from collections.abc import Callable
from typing import Any

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLField,
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
from strawberry.types.arguments import StrawberryArgument, convert_arguments
from strawberry.types.base import StrawberryMaybe, StrawberryOptional
from strawberry.types.field import StrawberryField

from schema.execution.surprises import Surprise

Values = dict[str, Any]
Arguments = Callable[[VariableValues], Values]
"""From an operation's variables to what a resolver gets."""

Read = Callable[[VariableValues], Any]


def arguments_of(field: GraphQLField, node: FieldNode) -> Arguments:
    """How to read the arguments of `field` as `node` gives them, as graphql-core passes them on."""
    if not field.args and not node.arguments:
        return lambda _variables: {}
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    reads = {definition.out_name or name: _read(definition, given.get(name)) for name, definition in field.args.items()}
    if None in reads.values():
        return lambda variables: get_argument_values(field, node, variables)
    known = {name: read for name, read in reads.items() if read is not None}

    def arguments(variables: VariableValues) -> Values:
        values = {name: read(variables) for name, read in known.items()}
        return {name: value for name, value in values.items() if value is not Undefined}

    return arguments


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


def renamed(field: GraphQLField, declared: StrawberryField, config: Any) -> dict[str, str] | None:
    """The Python names of arguments that are passed on as they are; None if one of them needs to be converted."""
    names = {config.name_converter.from_argument(argument): argument for argument in declared.arguments}
    if any(not _is_passed_on(field.args[name], argument) for name, argument in names.items()):
        return None
    return {name: argument.python_name for name, argument in names.items()}


def _is_passed_on(definition: GraphQLArgument, argument: StrawberryArgument) -> bool:
    kind: Any = argument.type
    while isinstance(kind, StrawberryOptional):
        if isinstance(kind, StrawberryMaybe):
            return False
        kind = kind.of_type
    return kind is not GlobalID and is_leaf_type(get_nullable_type(definition.type))


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
