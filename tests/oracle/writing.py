"""Random documents: valid for their schema, with all that a document can have, and variables to go with them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    get_named_type,
    get_nullable_type,
    get_operation_ast,
    is_abstract_type,
    is_composite_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    is_required_input_field,
    parse,
    validate,
)
from graphql.validation import (
    OverlappingFieldsCanBeMergedRule,
    PossibleFragmentSpreadsRule,
    ScalarLeafsRule,
    ValuesOfCorrectTypeRule,
    VariablesInAllowedPositionRule,
)

RULES = (
    OverlappingFieldsCanBeMergedRule,
    PossibleFragmentSpreadsRule,
    ScalarLeafsRule,
    ValuesOfCorrectTypeRule,
    VariablesInAllowedPositionRule,
)
"""What a document could break here. The other rules are kept by the way it is written."""

MAX_DEPTH = 6
MAX_FIELDS = 20
STRINGS = ["", "a", "ab c", "é\n字", '"""', "\\", "true", "null", "{k0}", "'); import os; ('", "$x", "\u2028", "💥"]
INTS = [0, 1, 2, -1, 7, 2**31 - 1, -(2**31)]


@dataclass(frozen=True, slots=True)
class Written:
    """A document and what to send with it."""

    text: str
    document: DocumentNode
    operation: OperationDefinitionNode
    variables: dict[str, Any]


Pick = Callable[[Random, str, str], Any]
"""A value for an input by its name and its type's name, or NotImplemented if anything will do."""


def anything(_random: Random, _name: str, _kind: str) -> Any:
    """No opinion on values."""
    return NotImplemented


@dataclass
class Writer:
    """Writes documents for one schema."""

    schema: GraphQLSchema
    random: Random
    pick: Pick = anything
    kinds: Sequence[OperationType] = (OperationType.QUERY,)
    without: frozenset[str] = frozenset()
    rejected: int = 0
    """How many were not valid, for reasons that only validation can tell."""

    def document(self) -> Written:
        """A valid document."""
        while True:
            text, variables = _Draft(self).text()
            document = parse(text)
            if not validate(self.schema, document, RULES, max_errors=1):
                operation = get_operation_ast(document, None)
                assert operation, "one was written"
                return Written(text, document, operation, variables)
            self.rejected += 1


@dataclass
class _Draft:
    """One document while it is written."""

    writer: Writer
    fields: int = 0
    variables: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    fragments: dict[str, tuple[str, str]] = field(default_factory=dict)
    used: list[tuple[str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = self.writer.random

    def text(self) -> tuple[str, dict[str, Any]]:
        kind = self.random.choice(self.writer.kinds)
        root = self.writer.schema.get_root_type(kind)
        assert root
        selection = self.selection(root, self.random.randint(2, MAX_DEPTH))
        declared = ", ".join(
            f"${name}: {of}{'' if default is None else f' = {default}'}"
            for name, (of, default) in self.variables.items()
        )
        fragments = " ".join(f"fragment {name} on {on} {body}" for name, (on, body) in self.fragments.items())
        return f"{kind.value} Random{f'({declared})' if declared else ''} {selection} {fragments}", self.values

    def selection(self, parent: Any, depth: int) -> str:
        parts = [self.part(parent, depth) for _ in range(self.random.choice([1, 1, 2, 3, 4, 6]))]
        parts = [part for part in parts if part]
        if self.random.random() < 0.1 and parts:
            parts.append(self.random.choice(parts))
        return "{ " + (" ".join(parts) or "__typename") + " }"

    def part(self, parent: Any, depth: int) -> str:
        chance = self.random.random()
        if chance < 0.72 and not (is_abstract_type(parent) and not hasattr(parent, "fields")):
            return self.field(parent, depth)
        if chance < 0.78:
            return f"__typename{self.directives()}"
        if depth <= 0 or self.fields > MAX_FIELDS:
            return ""
        on = self.random.choice([parent, *self.narrower(parent)])
        if chance < 0.9:
            condition = f" on {on.name}" if on is not parent or self.random.random() < 0.5 else ""
            return f"...{condition}{self.directives()} {self.selection(on, depth - 1)}"
        return f"...{self.fragment(on, depth)}{self.directives()}"

    def narrower(self, parent: Any) -> list[Any]:
        schema = self.writer.schema
        if is_abstract_type(parent):
            found = list(schema.get_possible_types(parent))
            wider = {each for kind in found for each in kind.interfaces}
            return [*found[:8], *sorted(wider, key=lambda each: each.name)]
        return list(parent.interfaces)

    def fragment(self, on: Any, depth: int) -> str:
        known = [name for name, (kind, _) in self.fragments.items() if kind == on.name]
        if known and self.random.random() < 0.5:
            return self.random.choice(known)
        body = self.selection(on, depth - 1)
        name = f"F{len(self.fragments)}"
        self.fragments[name] = on.name, body
        return name

    def field(self, parent: Any, depth: int) -> str:
        again = [text for kind, text, _ in self.used if kind == parent.name]
        if again and self.random.random() < 0.12:
            return self.random.choice(again)
        names = [name for name in parent.fields if name not in self.writer.without]
        name = self.random.choice(names)
        definition: GraphQLField = parent.fields[name]
        composite = is_composite_type(get_named_type(definition.type))
        if composite and (depth <= 0 or self.fields > MAX_FIELDS):
            return ""
        self.fields += 1
        key = f"{self.random.choice('abcdefgh')}{self.random.randint(0, 30)}: " if self.random.random() < 0.25 else ""
        call = f"{key}{name}{self.arguments(definition)}{self.directives()}"
        text = f"{call} {self.selection(get_named_type(definition.type), depth - 1)}" if composite else call
        self.used.append((parent.name, text, key))
        return text

    def directives(self) -> str:
        chance = self.random.random()
        if chance > 0.12:
            return ""
        name = self.random.choice(["skip", "include"])
        if chance < 0.04:
            return f" @{name}(if: {self.random.choice(['true', 'false'])})"
        known = [f"b{number}" for number in range(3)]
        chosen = self.random.choice(known)
        if chosen not in self.variables:
            self.variables[chosen] = ("Boolean!", self.random.choice([None, "true", "false"]))
            if self.variables[chosen][1] is None or self.random.random() < 0.5:
                self.values[chosen] = self.random.random() < 0.5
        return f" @{name}(if: ${chosen})"

    def arguments(self, definition: GraphQLField) -> str:
        given = [
            f"{name}: {self.argument(name, argument.type, has_default=argument.default is not None)}"
            for name, argument in definition.args.items()
            if is_required_argument(argument) or self.random.random() < 0.6
        ]
        return f"({', '.join(given)})" if given else ""

    def argument(self, name: str, kind: Any, *, has_default: bool) -> str:
        if self.random.random() < 0.4:
            return self.variable(name, kind, has_default=has_default)
        return self.literal(name, kind)

    def variable(self, name: str, kind: Any, *, has_default: bool) -> str:
        variable = f"v{len(self.variables)}"
        chance = self.random.random()
        if (is_non_null_type(kind) and (chance < 0.7 or not has_default)) or chance < 0.5:
            self.variables[variable] = str(kind), None
        else:
            self.variables[variable] = str(get_nullable_type(kind)), self.literal(name, kind, is_constant=True)
        if chance < 0.85 or is_non_null_type(kind):
            self.values[variable] = self.value(name, kind)
        return f"${variable}"

    def literal(self, name: str, kind: Any, *, is_constant: bool = False) -> str:
        if is_non_null_type(kind):
            return self.literal(name, kind.of_type, is_constant=is_constant)
        if is_list_type(kind):
            items = [self.inner(name, kind.of_type, is_constant) for _ in range(self.random.randint(0, 3))]
            return f"[{', '.join(items)}]"
        if isinstance(kind, GraphQLInputObjectType):
            given = [
                f"{key}: {self.inner(key, each.type, is_constant)}"
                for key, each in kind.fields.items()
                if is_required_input_field(each) or self.random.random() < 0.5
            ]
            return f"{{{', '.join(given)}}}"
        value = self.value(name, kind)
        if isinstance(kind, GraphQLEnumType):
            return str(value)
        return _written(value)

    def inner(self, name: str, kind: Any, is_constant: bool) -> str:
        return (
            self.literal(name, kind, is_constant=True) if is_constant else self.argument(name, kind, has_default=False)
        )

    def value(self, name: str, kind: Any) -> Any:
        if is_non_null_type(kind):
            return self.value(name, kind.of_type)
        if is_list_type(kind):
            return [self.value(name, kind.of_type) for _ in range(self.random.randint(0, 3))]
        if isinstance(kind, GraphQLInputObjectType):
            return {
                key: self.value(key, each.type)
                for key, each in kind.fields.items()
                if is_required_input_field(each) or self.random.random() < 0.5
            }
        assert is_leaf_type(kind)
        picked = self.writer.pick(self.random, name, kind.name)
        if picked is not NotImplemented:
            return picked
        if isinstance(kind, GraphQLEnumType):
            return self.random.choice(list(kind.values))
        return self.scalar(kind.name)

    def scalar(self, name: str) -> Any:
        match name:
            case "Int" | "Long":
                return self.random.choice(INTS)
            case "Float":
                return self.random.choice([0.5, -1.25, 3, 1e10])
            case "Boolean":
                return self.random.random() < 0.5
            case "DateTime":
                return "2026-01-31T09:00:00Z"
            case "Date":
                return "2026-01-31"
        return self.random.choice(STRINGS)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    return "null" if value is None else str(value)
