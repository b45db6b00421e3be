"""Runs operations of one schema: compiled where that is possible, by graphql-core where not; the answer is the same."""

from typing import Any

import strawberry
from graphql import DocumentNode, ExecutionResult, GraphQLSchema, OperationDefinitionNode

from schema.execution import reference
from schema.execution.figures import Figures
from schema.execution.plans import Plans
from schema.execution.running import Run


class Executor:
    """Runs operations of valid documents."""

    def __init__(self, schema: strawberry.Schema | GraphQLSchema, *, compiles: bool = True) -> None:
        self._schema: GraphQLSchema = schema if isinstance(schema, GraphQLSchema) else schema._schema
        self._compiles = compiles
        self.figures = Figures()
        self.plans = Plans(self._schema, self.figures)

    async def run(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: dict[str, Any],
        context: Any,
        root: Any = None,
    ) -> ExecutionResult:
        """The result of a query or a mutation, or of one event of a subscription, which is its root."""
        plan = self.plans.of(document, operation) if self._compiles else None
        if plan is None or plan.why_not is not None:
            return await self._refer(document, operation, variables, context, root)
        try:
            coerced = plan.variables.coerced(variables)
            variant = plan.variant(coerced)
        except Exception:
            # graphql-core has the words for wrong variables, and runs what is not compiled.
            return await self._refer(document, operation, variables, context, root)
        run = Run(plan, coerced, context, root)
        try:
            result = await run.of(variant)
        except Exception:
            # Whatever it is: graphql-core goes on from what was resolved.
            self.figures.completed += 1
        else:
            self.figures.compiled += 1
            return result
        return await reference.run(
            self._schema,
            document,
            _name(operation),
            variables,
            context,
            root=root,
            around=run.memory.recalled_in(context),
        )

    async def _refer(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: dict[str, Any],
        context: Any,
        root: Any,
    ) -> ExecutionResult:
        self.figures.reference += 1
        return await reference.run(self._schema, document, _name(operation), variables, context, root=root)


def _name(operation: OperationDefinitionNode) -> str | None:
    return operation.name.value if operation.name else None
