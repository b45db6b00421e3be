"""The schema: every area's queries, mutations and subscriptions, merged into one graph."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import strawberry
from strawberry.schema import schema as strawberry_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.tools import merge_types
from strawberry.types.base import StrawberryOptional, get_object_definition
from strawberry.types.field import StrawberryField
from strawberry.types.union import StrawberryUnion

from community.areas import AREAS
from schema.errors import EXCEPTION_HANDLERS
from schema.nodes import NodeQueries
from schema.scalars import SCALARS


def of_all_areas(kind: str) -> tuple[type[Any], ...]:
    """The root types of one kind, such as `PostQueries` in `schema/posts/queries.py`, of every area that has one."""
    modules = [f"schema.{area}.{kind.lower()}" for area in AREAS if find_spec(f"schema.{area}")]
    return tuple(_only(kind, module) for module in modules if find_spec(module))


def _only(kind: str, module: str) -> type[Any]:
    found = [thing for name, thing in vars(import_module(module)).items() if name.endswith(kind)]
    if len(found) != 1:
        raise TypeError(f"{module} needs one class whose name ends in {kind}; it has {len(found)}")
    root: type[Any] = found[0]
    return root


Query = merge_types("Query", (NodeQueries, *of_all_areas("Queries")))
Mutation = merge_types("Mutation", of_all_areas("Mutations"))
Subscription = merge_types("Subscription", of_all_areas("Subscriptions"))

for _mutation in get_object_definition(Mutation, strict=True).fields:
    for _input in _mutation.arguments:
        _input.description = get_object_definition(_input.type, strict=True).description


class Converter(GraphQLCoreConverter):
    """Strawberry's own, which asks each field about each problem: 200,000 questions, most of a second of each start."""

    def _get_field_exception_handlers(self, field: StrawberryField) -> Any:
        """Only a union has problems among its members."""
        answer = field.type.of_type if isinstance(field.type, StrawberryOptional) else field.type
        return super()._get_field_exception_handlers(field) if isinstance(answer, StrawberryUnion) else ()


strawberry_schema.GraphQLCoreConverter = Converter  # type: ignore[attr-defined]


@cache
def schema() -> strawberry.Schema:
    """The graph that is served."""
    return _build(sort=False)


def sdl() -> str:
    """The graph in the schema language, sorted, as `schema/schema.graphql` keeps it."""
    return _build(sort=True).as_str() + "\n"


def _build(*, sort: bool) -> strawberry.Schema:
    # A sorted schema is for printing only: sorting copies the types, and unions then no longer know their members.
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(scalar_map=SCALARS, sort_schema=sort),
        exception_handlers=EXCEPTION_HANDLERS,
    )
