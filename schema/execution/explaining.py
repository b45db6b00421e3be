"""What became of an operation: its functions, and what each of them asks for, in words for people."""

from collections.abc import Iterator

from graphql import GraphQLObjectType, get_named_type, is_abstract_type, is_composite_type
from graphql.execution.values import VariableValues

from schema.execution.plans import Plan
from schema.execution.selections import Field, Selection
from schema.execution.surprises import NotCompiled
from schema.execution.ways import Attribute, Called, Computed, OfLevel, Way

MAX_TYPES = 5
"""How many of the types that may stand at one place are shown."""


def explained(plan: Plan) -> str:
    """The plan of an operation with all its conditions met, as far as types are known before it runs."""
    try:
        return _compiled(plan)
    except NotCompiled as reason:
        return f"Not compiled: {reason}. graphql-core runs it.\n"


def _compiled(plan: Plan) -> str:
    if plan.why_not is not None:
        raise NotCompiled(plan.why_not)
    conditions = VariableValues({}, dict.fromkeys(plan.switches, True))
    steps = plan.variant(conditions).steps
    order = "one after the other" if plan.is_mutation else "at once"
    begin = f"{len(steps)} step{'s' if len(steps) > 1 else ''}, {order}\n\n"
    return begin + "\n".join(part for step in steps for part in _parts(step, "the root", conditions))


def _parts(selection: Selection, place: str, conditions: VariableValues) -> Iterator[str]:
    legend = "".join(f"    {_said(number, field)}\n" for number, field in enumerate(selection.fields))
    yield f"{selection.parent_type.name} at {place}\n\n{_indented(selection.source)}\n{legend}"
    for field in selection.fields:
        for kind in _types(field):
            yield from _parts(field.compiled(kind, conditions), f"{place} › {field.key}", conditions)


def _types(field: Field) -> list[GraphQLObjectType]:
    kind = get_named_type(field.definition.type)
    if is_abstract_type(kind):
        return list(field.variant.plan.schema.get_possible_types(kind))[:MAX_TYPES]
    return [kind] if is_composite_type(kind) and isinstance(kind, GraphQLObjectType) else []


def _said(number: int, field: Field) -> str:
    how = "the name of the type" if field.is_typename else _way(field.way)
    return f"{number:2}  {field.key}: {field.definition.type}, {how}"


def _way(way: Way) -> str:
    match way:
        case Attribute(name):
            return f"read from .{name}"
        case Computed(function):
            return f"computed by {function.__qualname__}"
        case OfLevel(level):
            return f"one call of {level.resolve.__qualname__} for the whole level"
        case Called(function):
            return f"a call of {function.__qualname__} for each object"
    return "a call of its resolver for each object"


def _indented(source: str) -> str:
    return "".join(f"    {line}\n" for line in source.splitlines())
