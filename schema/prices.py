"""What an operation costs, worked out from prices on the fields before it runs.

    a leaf                  0, because it is read with its object
    an object               1 + its fields
    a connection            1 + its own fields + page size × (the fields of one item)
    a list of objects       items × (1 + the fields of one item)
    a root field that writes or subscribes   10 instead of 1
    `__schema`, `__type`    100 and 10, whatever is asked below them

The page size is `first` or `last`, 20 where neither is given, 100 at most. The edges of a connection, and its PageInfo,
are part of it and cost nothing themselves. A list without pages counts as long as its argument `ids`, else as 10 items.
A field says otherwise in its metadata:

    @strawberry.field(metadata={"price": Price(own=5)})        computing it takes more than reading an object
    @level(metadata={"price": Price(items=3)})                 the list usually has about three items

What fragments on several types ask for is added up, and so is what a document asks for twice: the price is the most the
operation can cost, known before it runs. `Bill.actual` then counts what came back, never more than was asked.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple, TypeAlias

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

from community.kernel.pages import DEFAULT_SIZE, MAX_SIZE

PRICE = "price"
"""The key of a field's metadata under which its `Price` is found."""

PRIVATE = "private"
"""The key of a field's metadata that says, when true, that its value depends on who asks."""

LIST_ITEMS = 10
ROOT_WRITE = 10
INTROSPECTION = {"__schema": 100, "__type": 10}

ABSENT = object()
"""What stands in an answer where `@skip` or `@include` left a field out."""

Variables: TypeAlias = Mapping[str, Any]
Amount: TypeAlias = int | Callable[[Variables], int]
"""A number, or one that depends on the variables."""


@dataclass(frozen=True, slots=True)
class Price:
    """What one object of a field costs to make, and how many items to expect of a list without pages."""

    own: int | None = None
    items: int | None = None


class Meter(NamedTuple):
    """How to count one field of a result: its key, the price of each object under it, and what is below."""

    key: str
    own: int
    is_leaf: bool
    below: "tuple[Meter, ...]"


@dataclass(frozen=True, slots=True)
class Bill:
    """What one operation costs, as a function of its variables; and what it did cost, as a function of its result."""

    amount: Amount
    meters: tuple[Meter, ...]
    is_public: bool
    """Whether every caller who may run it gets the same answer: no field of it depends on the viewer."""

    def requested(self, variables: Variables) -> int:
        """The most the operation can cost with these variables."""
        return self.amount(variables) if callable(self.amount) else self.amount

    def actual(self, data: Any, requested: int) -> int:
        """What came back, priced; never more than was asked."""
        return min(requested, _count(self.meters, data)) if isinstance(data, dict) else requested


def bill(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> Bill:
    """Price a valid operation."""
    return _Clerk(schema, document, operation).bill()


class _Share(NamedTuple):
    """What a selection costs once, and for each item of the connection it selects from; and how to count it."""

    once: Amount
    per_item: Amount
    meters: tuple[Meter, ...]
    is_public: bool


class _Clerk:
    """Prices one operation; every fragment once."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> None:
        self.schema = schema
        self.operation = operation
        self.fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self.shares: dict[str, _Share] = {}
        self.defaults = {d.variable.name.value: d.default_value for d in operation.variable_definitions or ()}
        self.root = schema.get_root_type(operation.operation)

    def bill(self) -> Bill:
        assert self.root is not None, "a valid operation has a root type"
        share = self._selection(self.root, self.operation.selection_set)
        return Bill(share.once, share.meters, share.is_public)

    def _selection(self, parent: GraphQLNamedType, selection_set: SelectionSetNode) -> _Share:
        return _together(self._node(parent, node) for node in selection_set.selections)

    def _node(self, parent: GraphQLNamedType, node: Any) -> _Share:
        if isinstance(node, FieldNode):
            return self._field(parent, node)
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition
            narrowed = self.schema.type_map[condition.name.value] if condition else parent
            return self._selection(narrowed, node.selection_set)
        assert isinstance(node, FragmentSpreadNode)
        return self._fragment(node.name.value)

    def _fragment(self, name: str) -> _Share:
        if name not in self.shares:
            fragment = self.fragments[name]
            parent = self.schema.type_map[fragment.type_condition.name.value]
            self.shares[name] = self._selection(parent, fragment.selection_set)
        return self.shares[name]

    def _field(self, parent: GraphQLNamedType, node: FieldNode) -> _Share:
        name = node.name.value
        key = node.alias.value if node.alias else name
        if name in INTROSPECTION:
            return _Share(INTROSPECTION[name], 0, (Meter(key, INTROSPECTION[name], True, ()),), False)
        if name == "__typename":
            return _Share(0, 0, (), True)
        assert isinstance(parent, GraphQLObjectType | GraphQLInterfaceType)
        field = parent.fields[name]
        price = metadata_of(field).get(PRICE) or Price()
        is_public = not depends_on_viewer(name, field)
        returned = get_named_type(field.type)
        if node.selection_set is None or is_leaf_type(returned):
            own = price.own or 0
            return _Share(own, 0, (Meter(key, own, True, ()),) if own else (), is_public)
        own = self._own(parent, returned, price)
        below = self._selection(returned, node.selection_set)
        meters = (Meter(key, own, False, below.meters),) if own or below.meters else ()
        each = _plus(own, below.once)
        public = is_public and below.is_public
        if is_connection(returned):
            return _Share(_plus(each, _times(self._page_size(node), below.per_item)), 0, meters, public)
        if not is_list_type(get_nullable_type(field.type)):
            return _Share(each, 0, meters, public)
        if is_connection(parent):
            return _Share(0, each, meters, public)
        return _Share(_times(self._length(node, price), each), 0, meters, public)

    def _own(self, parent: GraphQLNamedType, returned: GraphQLNamedType, price: Price) -> int:
        if price.own is not None:
            return price.own
        if parent is self.root and self.operation.operation is not OperationType.QUERY:
            return ROOT_WRITE
        return 0 if is_scaffolding(returned) else 1

    def _page_size(self, node: FieldNode) -> Amount:
        """The larger of `first` and `last`: where both are given, one of them is null or the field refuses."""
        given = [argument.value for argument in node.arguments or () if argument.name.value in ("first", "last")]
        sizes = [self._read(value, _as_page_size) for value in given]
        return _larger(*sizes) if len(sizes) == 2 else sizes[0] if sizes else DEFAULT_SIZE

    def _length(self, node: FieldNode, price: Price) -> Amount:
        if price.items is not None:
            return price.items
        for argument in node.arguments or ():
            if argument.name.value == "ids":
                return self._read(argument.value, _as_length)
        return LIST_ITEMS

    def _read(self, value: ValueNode, interpret: Callable[[Any], int]) -> Amount:
        if not isinstance(value, VariableNode):
            return interpret(value)
        name = value.name.value
        default = interpret(self.defaults.get(name))
        return lambda variables: interpret(variables[name]) if name in variables else default


def metadata_of(field: GraphQLField) -> Mapping[Any, Any]:
    """What the declaration of a field says about it beside its type."""
    declaration = field.extensions.get("strawberry-definition")
    return declaration.metadata if declaration is not None else {}


def depends_on_viewer(name: str, field: GraphQLField) -> bool:
    """Whether a field's value depends on who asks: by its name (`viewer`, `viewerCanEdit`), or because it says so."""
    return name.startswith("viewer") or bool(metadata_of(field).get(PRIVATE))


def is_connection(named: GraphQLNamedType) -> bool:
    """Whether a type is a page of a list."""
    return named.name.endswith("Connection") and isinstance(named, GraphQLObjectType) and "edges" in named.fields


def is_scaffolding(named: GraphQLNamedType) -> bool:
    """Whether a type is a part of connections and nothing by itself."""
    return named.name == "PageInfo" or (
        named.name.endswith("Edge") and isinstance(named, GraphQLObjectType) and "cursor" in named.fields
    )


def _together(shares: Iterable[_Share]) -> _Share:
    once: Amount = 0
    per_item: Amount = 0
    meters: dict[tuple[str, bool], Meter] = {}
    is_public = True
    for share in shares:
        once, per_item = _plus(once, share.once), _plus(per_item, share.per_item)
        is_public = is_public and share.is_public
        _merge(meters, share.meters)
    return _Share(once, per_item, tuple(meters.values()), is_public)


def _merge(meters: dict[Any, Meter], more: tuple[Meter, ...]) -> None:
    """Add meters by key, as results merge: a key stands once in an object however often it was asked for."""
    for meter in more:
        place = meter.key, meter.is_leaf
        known = meters.get(place)
        if known is None:
            meters[place] = meter
        elif known is not meter:
            below = {(m.key, m.is_leaf): m for m in known.below}
            _merge(below, meter.below)
            meters[place] = known._replace(own=max(known.own, meter.own), below=tuple(below.values()))


def _plus(one: Amount, other: Amount) -> Amount:
    if isinstance(one, int):
        if isinstance(other, int):
            return one + other
        if one == 0:
            return other
        return lambda variables: one + other(variables)
    if isinstance(other, int):
        return _plus(other, one)
    return lambda variables: one(variables) + other(variables)


def _times(size: Amount, each: Amount) -> Amount:
    if isinstance(each, int):
        if isinstance(size, int):
            return size * each
        return 0 if each == 0 else lambda variables: size(variables) * each
    if isinstance(size, int):
        return lambda variables: size * each(variables)
    return lambda variables: size(variables) * each(variables)


def _larger(one: Amount, other: Amount) -> Amount:
    if isinstance(one, int):
        if isinstance(other, int):
            return max(one, other)
        return lambda variables: max(one, other(variables))
    if isinstance(other, int):
        return _larger(other, one)
    return lambda variables: max(one(variables), other(variables))


def _as_page_size(value: Any) -> int:
    """A page size from a literal or a variable's value. What is no page size is refused by the field itself, later."""
    if isinstance(value, IntValueNode):
        value = int(value.value) if len(value.value) < 10 else MAX_SIZE
    return min(max(value, 0), MAX_SIZE) if type(value) is int else DEFAULT_SIZE


def _as_length(value: Any) -> int:
    if isinstance(value, ListValueNode):
        return len(value.values)
    return len(value) if isinstance(value, list) else 1


def _count(meters: tuple[Meter, ...], data: dict[str, Any]) -> int:
    """What is in a result, field by field of all objects that stand at one place."""
    total = 0
    places = [(meters, [data])]
    for metered, objects in places:
        for key, own, is_leaf, below in metered:
            # Most places hold one object, with one object below it: that needs no lists.
            if len(objects) == 1:
                value = objects[0].get(key, ABSENT)
                if type(value) is dict:
                    total += own
                    if below:
                        places.append((below, [value]))
                    continue
                values = [] if value is ABSENT else [value]
            else:
                values = [each[key] for each in objects if key in each]
            found: list[dict[str, Any]] = []
            # Each round counts what is no list, and opens the lists, until none is left inside another.
            while values and not is_leaf:
                kinds = {*map(type, values)}
                lists = [each for each in values if type(each) is list] if list in kinds else []
                total += own * (len(values) - len(lists))
                found += values if kinds == {dict} else [each for each in values if type(each) is dict]
                values = [*chain.from_iterable(lists)]
            total += own * len(values)
            if below and found:
                places.append((below, found))
    return total
