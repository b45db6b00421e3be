"""Operations run by graphql-core, field by field: the reference for anything faster."""

from collections.abc import AsyncIterable, Callable
from inspect import isawaitable
from typing import Any, cast

from graphql import (
    DocumentNode,
    ExecutionResult,
    Executor,
    GraphQLSchema,
    OperationDefinitionNode,
    default_field_resolver,
    default_type_resolver,
    execute,
)
from graphql.execution import create_source_event_stream
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues
from strawberry.execution import optimized_is_awaitable

MAX_ERRORS = 10
"""How many mistakes in its variables a client is told at once."""

IS_AWAITABLE = cast("Any", optimized_is_awaitable)


async def run(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation_name: str | None,
    variables: dict[str, Any],
    context: Any,
    *,
    root: Any = None,
    around: Callable[..., Any] | None = None,
) -> ExecutionResult:
    """The result of a query or a mutation, or of one event of a subscription.

    `around`, if given, is called instead of every resolver, with that resolver first.
    """
    result = execute(
        schema,
        document,
        root_value=root,
        context_value=context,
        variable_values=variables,
        operation_name=operation_name,
        middleware=(around,) if around else None,
        **_options(schema),
    )
    return await result if isawaitable(result) else result


async def subscribe(
    schema: GraphQLSchema, document: DocumentNode, operation_name: str | None, variables: dict[str, Any], context: Any
) -> AsyncIterable[Any] | ExecutionResult:
    """The events of a subscription, each to be `run` as the root; or the errors that keep it from starting."""
    options = _options(schema)
    executor_class: type[Executor[Any]] = options.pop("executor_class")
    executor = executor_class.build(
        schema,
        document,
        context_value=context,
        raw_variable_values=variables,
        operation_name=operation_name,
        **options,
    )
    if isinstance(executor, list):
        return ExecutionResult(None, executor)
    source = create_source_event_stream(executor)
    return await source if isawaitable(source) else source


def executor_of(
    schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: dict[str, FragmentDetails]
) -> Executor[Any]:
    """What graphql-core would run an operation with: it knows what resolvers are told. Without variables or context."""
    options = _options(schema)
    del options["max_coercion_errors"]
    executor_class: type[Executor[Any]] = options.pop("executor_class")
    return executor_class(
        schema,
        {name: fragment.definition for name, fragment in fragments.items()},
        fragments,
        None,
        None,
        operation,
        VariableValues({}, {}),
        default_field_resolver,
        default_type_resolver,
        default_field_resolver,
        **options,
    )


def _options(schema: GraphQLSchema) -> dict[str, Any]:
    options: dict[str, Any] = {
        "max_coercion_errors": MAX_ERRORS,
        "is_awaitable": IS_AWAITABLE,
        "hide_suggestions": True,
    }
    declared = getattr(schema, "_strawberry_schema", None)
    if declared is None:
        return {"executor_class": Executor, **options}
    return {"executor_class": declared.execution_context_class, "operation_extensions": None, **options}
