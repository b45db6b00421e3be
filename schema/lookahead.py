"""What an operation asks for below a field, so that one statement can answer for it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, SelectionSetNode

from schema.context import Info
from schema.execution.informing import LateInfo

Fragments = Mapping[str, FragmentDefinitionNode]

REMEMBERED = 1_000
"""Of so many places in documents a process keeps in mind what they ask for."""

DEEPEST = 4
"""So many names at most are dotted together: what is further below is nobody's to read along."""

OF_NODES = ("nodes.", "edges.node.")

_known: dict[int, tuple[FieldNode, frozenset[str]]] = {}
"""By the identity of the field's node, which is kept alive with it."""


def selected(info: Info) -> frozenset[str]:
    """Everything that is asked for below this field, as dotted names such as `edges.node.author`.

    Aliases, type conditions and directives are looked through: what is here may still not be wanted in the end.
    """
    told = info if isinstance(info, LateInfo) else info._raw_info
    if len(told.field_nodes) > 1:
        return frozenset(_below(told.field_nodes, told.fragments))
    (node,) = told.field_nodes
    if (known := _known.get(id(node))) is not None:
        return known[1]
    found = frozenset(_below([node], told.fragments))
    if len(_known) >= REMEMBERED:
        _known.clear()
    _known[id(node)] = node, found
    return found


def selected_of_nodes(info: Info) -> frozenset[str]:
    """The same for each node of the connection that this field is."""
    return _of_nodes(selected(info))


@lru_cache(REMEMBERED)
def _of_nodes(names: frozenset[str]) -> frozenset[str]:
    return frozenset(name.removeprefix(prefix) for name in names for prefix in OF_NODES if name.startswith(prefix))


def _below(nodes: Sequence[FieldNode], fragments: Fragments, prefix: str = "", depth: int = 1) -> Iterator[str]:
    for node in nodes:
        if node.selection_set is None or depth > DEEPEST:
            continue
        for field in _fields(node.selection_set, fragments):
            yield prefix + field.name.value
            yield from _below([field], fragments, f"{prefix}{field.name.value}.", depth + 1)


def _fields(selection_set: SelectionSetNode, fragments: Fragments) -> Iterator[FieldNode]:
    for selection in selection_set.selections:
        if isinstance(selection, FieldNode):
            yield selection
        elif isinstance(selection, FragmentSpreadNode):
            yield from _fields(fragments[selection.name.value].selection_set, fragments)
        else:
            inner: Any = selection
            yield from _fields(inner.selection_set, fragments)
