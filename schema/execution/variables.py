"""An operation's variables, coerced as graphql-core does, with all that can be known before."""

from collections.abc import Mapping
from typing import Any

from graphql import (
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    is_non_null_type,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource
from graphql.utilities.coerce_input_value import coerce_default_value, coerce_input_value

from schema.execution.surprises import NotCompiled, Surprise

NO_VARIABLES = VariableValues({}, {})


class Variables:
    """The variables of one operation."""

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._signatures: list[GraphQLVariableSignature] = []
        for definition in operation.variable_definitions or ():
            signature = get_variable_signature(schema, definition)
            if not isinstance(signature, GraphQLVariableSignature):
                raise NotCompiled(f"${definition.variable.name.value} is no input")
            self._signatures.append(signature)

    def coerced(self, given: Mapping[str, Any]) -> VariableValues:
        """Their values. Raises Surprise where one is wrong, for which graphql-core has the words."""
        if not self._signatures:
            return NO_VARIABLES
        sources: dict[str, VariableValueSource] = {}
        values: dict[str, Any] = {}
        for signature in self._signatures:
            name = signature.name
            value = given.get(name, Undefined)
            if value is not Undefined:
                sources[name] = VariableValueSource(signature, value)
                values[name] = coerce_input_value(value, signature.type)
                if values[name] is Undefined:
                    raise Surprise(f"${name} has a wrong value")
            else:
                sources[name] = VariableValueSource(signature)
                if signature.default is not None:
                    values[name] = coerce_default_value(signature)
                elif is_non_null_type(signature.type):
                    raise Surprise(f"${name} has no value")
        return VariableValues(sources, values)
