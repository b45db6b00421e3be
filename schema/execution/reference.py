"""Prepared operations run by graphql-core, field by field: the reference for anything faster."""

from collections.abc import AsyncIterable
from inspect import isawaitable
from typing import Any, cast

import strawberry
from graphql import ExecutionResult, Executor, execute
from graphql.execution import create_source_event_stream
from strawberry.execution import optimized_is_awaitable

from schema.context import Context
from schema.execution.documents import Prepared

MAX_ERRORS = 10

IS_AWAITABLE = cast("Any", optimized_is_awaitable)


async def run(
    schema: strawberry.Schema, prepared: Prepared, variables: dict[str, Any], context: Context, event: Any = None
) -> ExecutionResult:
    """The result of a query or a mutation, or of one event of a subscription."""
    result = execute(
        schema._schema,
        prepared.document,
        root_value=event,
        context_value=context,
        variable_values=variables,
        operation_name=prepared.operation_name,
        max_coercion_errors=MAX_ERRORS,
        executor_class=schema.execution_context_class,
        is_awaitable=IS_AWAITABLE,
        hide_suggestions=True,
        operation_extensions=None,
    )
    return await result if isawaitable(result) else result


async def subscribe(
    schema: strawberry.Schema, prepared: Prepared, variables: dict[str, Any], context: Context
) -> AsyncIterable[Any] | ExecutionResult:
    """The events of a subscription, each to be `run` with its own context; or the errors that keep it from starting."""
    executor_class: type[Executor[Any]] = schema.execution_context_class
    executor = executor_class.build(
        schema._schema,
        prepared.document,
        context_value=context,
        raw_variable_values=variables,
        operation_name=prepared.operation_name,
        max_coercion_errors=MAX_ERRORS,
        is_awaitable=IS_AWAITABLE,
        hide_suggestions=True,
        operation_extensions=None,
    )
    if isinstance(executor, list):
        return ExecutionResult(None, executor)
    source = create_source_event_stream(executor)
    return await source if isawaitable(source) else source
