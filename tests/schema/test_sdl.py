"""The contract as clients read it: committed, sorted, valid, described, and honest about what depends on the caller."""

import ast
import inspect
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    assert_valid_schema,
    build_schema,
    get_named_type,
    lexicographic_sort_schema,
    print_schema,
)

import schema as package
from schema.execution.levels import LEVEL
from schema.prices import depends_on_viewer, metadata_of
from schema.root import schema, sdl

COMMITTED = Path(package.__file__).with_name("schema.graphql")
GRAPH = schema()._schema
TYPES = {name: kind for name, kind in GRAPH.type_map.items() if not name.startswith("__")}


def test_the_committed_contract_is_the_one_served() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == sdl(), "make schema, and look at the diff: is this change meant?"


def test_the_contract_is_sorted_so_that_a_diff_shows_what_changed() -> None:
    read = build_schema(sdl())
    assert print_schema(read) == print_schema(lexicographic_sort_schema(read))


def test_strict_clients_can_read_the_contract() -> None:
    assert_valid_schema(build_schema(sdl()))


def test_everything_has_a_description() -> None:
    assert [place for place, text in descriptions() if not text] == []


def test_a_description_is_a_sentence() -> None:
    assert [f"{place}: {text}" for place, text in descriptions() if text and not text.endswith((".", "?"))] == []


def test_what_a_resolver_learns_from_the_caller_is_marked_private() -> None:
    """A resolver that looks at `info` answers some differently: such an answer must not be kept for others."""
    readers = {place: field for place, field in fields_that_are_read() if asks_about_the_caller(field)}
    assert "Post.viewerCanEdit" in readers
    public = [place for place, field in readers.items() if not depends_on_viewer(place.split(".")[1], field)]
    assert public == [], "these need metadata={PRIVATE: True}, or a name that begins with viewer"


def test_names_differ_by_more_than_case_because_clients_make_files_of_them() -> None:
    assert [name for name, count in Counter(name.lower() for name in TYPES).items() if count > 1] == []


def test_a_mutation_takes_one_input_and_returns_its_own_result() -> None:
    assert GRAPH.mutation_type
    for name, field in GRAPH.mutation_type.fields.items():
        kind = name[0].upper() + name[1:]
        result = get_named_type(field.type)
        taken = {given: str(argument.type) for given, argument in field.args.items()}
        assert taken in ({"input": f"{kind}Input!"}, {}), name
        assert isinstance(result, GraphQLUnionType)
        assert result.name == f"{kind}Result"
        assert problems_of(result) == [member for member in result.types if member.name != f"{kind}Payload"]
        assert problems_of(result), f"`... on Problem` is not valid in {result.name}"


def test_a_connection_has_relays_shape() -> None:
    connections = {name: kind for name, kind in TYPES.items() if name.endswith("Connection")}
    assert connections
    for name, kind in connections.items():
        assert isinstance(kind, GraphQLObjectType)
        edge = get_named_type(kind.fields["edges"].type)
        assert isinstance(edge, GraphQLObjectType)
        assert edge.name == f"{name.removesuffix('Connection')}Edge"
        assert str(kind.fields["pageInfo"].type) == "PageInfo!"
        assert str(edge.fields["cursor"].type) == "String!"
        assert "node" in edge.fields


def descriptions() -> Iterator[tuple[str, str | None]]:
    """Every place of the graph that can have a description, with what it says."""
    for name, kind in TYPES.items():
        if kind not in (GRAPH.query_type, GRAPH.mutation_type, GRAPH.subscription_type):
            yield name, kind.description
        yield from parts_of(name, kind)


def parts_of(name: str, kind: GraphQLNamedType) -> Iterator[tuple[str, str | None]]:
    if isinstance(kind, GraphQLEnumType):
        yield from ((f"{name}.{value}", shown.description) for value, shown in kind.values.items())
    elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        for field_name, field in kind.fields.items():
            yield f"{name}.{field_name}", field.description
            for argument, given in getattr(field, "args", {}).items():
                yield f"{name}.{field_name}({argument}:)", given.description


def fields_that_are_read() -> Iterator[tuple[str, GraphQLField]]:
    """The fields of objects, root fields that write or watch left out: nobody keeps their answers."""
    for name, kind in TYPES.items():
        if isinstance(kind, GraphQLObjectType) and kind not in (GRAPH.mutation_type, GRAPH.subscription_type):
            yield from ((f"{name}.{field_name}", field) for field_name, field in kind.fields.items())


LANGUAGE = "info.context.locale"
"""Not the caller: answers are kept by language."""

JOINED = ("together(info,", "tallies_of(info,", "texts.authors(info,", "texts.mentioned(info,", "_numbers(info,")
"""Not the caller either: levels of one operation that ask the same. A question that names the caller says so itself."""

AHEAD = ("selected(info)", "read_along(info,", "nodes_along(info,")
"""Nor they: what is asked for below is read along, and what of it depends on the caller is marked there."""


def asks_about_the_caller(field: GraphQLField) -> bool:
    function = resolver_of(field)
    if function is None:
        return False
    (declaration,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    assert isinstance(declaration, ast.FunctionDef | ast.AsyncFunctionDef)
    nodes = [node for line in declaration.body for node in ast.walk(line)]
    looks = sum(isinstance(node, ast.Name) and node.id == "info" for node in nodes)
    harmless = sum(isinstance(node, ast.Attribute) and ast.unparse(node) == LANGUAGE for node in nodes)
    harmless += sum(isinstance(node, ast.Call) and ast.unparse(node).startswith(JOINED + AHEAD) for node in nodes)
    return looks > harmless


def resolver_of(field: GraphQLField) -> Callable[..., Any] | None:
    declaration = field.extensions["strawberry-definition"]
    level = metadata_of(field).get(LEVEL)
    if level is not None:
        function: Callable[..., Any] = level.resolve
        return function
    return declaration.base_resolver.wrapped_func if declaration.base_resolver else None


def problems_of(union: GraphQLUnionType) -> list[GraphQLObjectType]:
    return [member for member in union.types if GRAPH.type_map["Problem"] in member.interfaces]
