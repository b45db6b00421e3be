"""How large a document may be: its figures, the limits on them, and the refusals that name both.

A document is measured from its syntax alone, before it is validated, because validation is the dear part. Fragments are
expanded on paper: each is measured once and its figures are added wherever it is spread, so a document that doubles
itself thirty times is measured in the time it takes to read it.

    depth        fields below each other, fragments expanded; introspection has a rule of its own and does not count
    fields       fields in all, fragments expanded
    aliases      fields under another name, fragments expanded
    directives   directives in all, fragments expanded
    root fields  fields of the operation itself, fragments expanded
    list         items of one list, in the document or in the variables
    digits       digits of one number, in the document
    objects      input objects in the variables, of which each takes long to read
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
)

from community.kernel.errors import Refusal

MAX_CHARACTERS = 15_000
MAX_TOKENS = 1_000
MAX_DEPTH = 10
MAX_FIELDS = 500
MAX_DIRECTIVES = 50
MAX_ALIASES = 30
MAX_ALIASES_ANONYMOUS = 15
MAX_ROOT_FIELDS = {OperationType.QUERY: 20, OperationType.MUTATION: 5, OperationType.SUBSCRIPTION: 1}
MAX_LIST_ITEMS = 100
MAX_DIGITS = 400
MAX_INPUT_DEPTH = 20
MAX_INPUT_OBJECTS = 1_000
MAX_COST = 1_000

SENSITIVE = "sensitive"
"""Metadata key of a root field that must stand alone in its operation, so that one request is one attempt."""

INTROSPECTION = ("__schema", "__type")


@dataclass
class LimitExceeded(Refusal):
    """A document or its variables are larger than this server takes. Each limit is a kind of its own."""

    figure: int
    allowed: int
    limit: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        cls.code = "BAD_USER_INPUT"
        super().__init_subclass__(**kwargs)


@dataclass
class TooManyCharacters(LimitExceeded):
    """The document's text is too long."""

    limit = "characters"
    message = "The document has {figure} characters; {allowed} are allowed. Split it, or share fragments."


@dataclass
class TooManyTokens(LimitExceeded):
    """The document's text has too many words and signs. Counting stops at the first one too many."""

    limit = "tokens"
    message = "The document has more than {allowed} tokens. Split it, or share fragments."


@dataclass
class TooDeep(LimitExceeded):
    """Fields are nested too deeply."""

    limit = "depth"
    message = "The document is {figure} fields deep; {allowed} are allowed. Ask for the inner objects by their ids."


@dataclass
class TooManyFields(LimitExceeded):
    """Too many fields once fragments are expanded."""

    limit = "fields"
    message = "The document asks for {figure} fields; {allowed} are allowed. Split it into several operations."


@dataclass
class TooManyAliases(LimitExceeded):
    """Too many fields under another name."""

    limit = "aliases"
    message = "The document has {figure} aliases; {allowed} are allowed. Use variables and lists of ids instead."


@dataclass
class TooManyDirectives(LimitExceeded):
    """Too many directives."""

    limit = "directives"
    message = "The document has {figure} directives; {allowed} are allowed. Leave out what is always on."


@dataclass
class TooManyRootFields(LimitExceeded):
    """Too many fields in one operation."""

    limit = "rootFields"
    message = "The operation has {figure} root fields; {allowed} are allowed. Send several operations."


@dataclass
class MustStandAlone(LimitExceeded):
    """A sensitive field, or the whole schema, shares its operation with others."""

    field: str
    limit = "rootFields"
    message = "{field} must be the only field of its operation, and there are {figure}. Send the others separately."


@dataclass
class ListTooLong(LimitExceeded):
    """A list in the document or in the variables has too many items."""

    limit = "listItems"
    message = "A list has {figure} items; {allowed} are allowed. Send it in several parts."


@dataclass
class NumberTooLong(LimitExceeded):
    """A number in the document has too many digits, which would be read before anybody asks what it is for."""

    limit = "digits"
    message = "A number has {figure} digits; {allowed} are allowed. Send a shorter one."


@dataclass
class InputTooDeep(LimitExceeded):
    """The variables are nested too deeply."""

    limit = "inputDepth"
    message = "The variables are more than {allowed} levels deep. Send a flatter value."


@dataclass
class TooManyInputObjects(LimitExceeded):
    """The variables hold too many objects."""

    limit = "inputObjects"
    message = "The variables hold {figure} objects; {allowed} are allowed. Send them in several parts."


@dataclass
class CostTooHigh(LimitExceeded):
    """The operation's price is more than one operation may cost."""

    limit = "cost"
    message = "The operation would cost {figure}; {allowed} are allowed. Ask for smaller pages or fewer levels."


@dataclass
class NullCharacter(Refusal):
    """U+0000, which no text here can hold."""

    code = "BAD_USER_INPUT"
    message = "The request holds the character U+0000, which no text can have. Remove it."


class Figures(NamedTuple):
    """What a part of a document comes to, fragments expanded."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0

    def beside(self, other: "Figures") -> "Figures":
        """Both together, next to each other."""
        return Figures(
            max(self.depth, other.depth),
            self.fields + other.fields,
            self.aliases + other.aliases,
            self.directives + other.directives,
        )


@dataclass(frozen=True, slots=True)
class Measured:
    """An operation's figures, and the names of its root fields, one for each time they are asked for."""

    kind: OperationType
    figures: Figures
    root_fields: int
    root_names: frozenset[str]

    @property
    def introspects(self) -> bool:
        """Whether the operation asks about the schema itself."""
        return not self.root_names.isdisjoint(INTROSPECTION)


def measure(document: DocumentNode, operation: OperationDefinitionNode) -> Measured:
    """The figures of `operation`. Raises for lists and numbers that are too long and for U+0000, whoever asks."""
    return _Ruler(document).measure(operation)


def enforce(measured: Measured, *, aliases: int = MAX_ALIASES) -> None:
    """Raise the LimitExceeded of the first figure above its limit."""
    figures = measured.figures
    if figures.depth > MAX_DEPTH:
        raise TooDeep(figures.depth, MAX_DEPTH)
    if figures.fields > MAX_FIELDS:
        raise TooManyFields(figures.fields, MAX_FIELDS)
    if figures.aliases > aliases:
        raise TooManyAliases(figures.aliases, aliases)
    if figures.directives > MAX_DIRECTIVES:
        raise TooManyDirectives(figures.directives, MAX_DIRECTIVES)
    if measured.root_fields > MAX_ROOT_FIELDS[measured.kind]:
        raise TooManyRootFields(measured.root_fields, MAX_ROOT_FIELDS[measured.kind])


def enforce_variables(variables: Mapping[str, Any]) -> None:
    """Raise for lists too long, objects too many, nesting too deep, and for U+0000, anywhere in the variables."""
    level: list[Any] = list(variables.values())
    depth = objects = 0
    while level:
        depth += 1
        if depth > MAX_INPUT_DEPTH:
            raise InputTooDeep(depth, MAX_INPUT_DEPTH)
        below: list[Any] = []
        for value in level:
            if type(value) is str:
                refuse_null_character(value)
            elif type(value) is dict:
                objects += 1
                below += value.values()
            elif type(value) is list:
                if len(value) > MAX_LIST_ITEMS:
                    raise ListTooLong(len(value), MAX_LIST_ITEMS)
                below += value
        if objects > MAX_INPUT_OBJECTS:
            raise TooManyInputObjects(objects, MAX_INPUT_OBJECTS)
        level = below


def refuse_null_character(text: str) -> None:
    """Raise NullCharacter if U+0000 is in `text`."""
    if "\0" in text:
        raise NullCharacter


class _Ruler:
    """Measures one document; every fragment once."""

    def __init__(self, document: DocumentNode) -> None:
        self.fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self.figures: dict[str, Figures] = {}
        self.roots: dict[str, tuple[int, frozenset[str]]] = {}

    def measure(self, operation: OperationDefinitionNode) -> Measured:
        directives = self._directives(operation.directives)
        for definition in operation.variable_definitions or ():
            directives += self._directives(definition.directives)
            if definition.default_value is not None:
                _check_value(definition.default_value)
        count, names = self._root(operation.selection_set)
        figures = self._selection(operation.selection_set).beside(Figures(directives=directives))
        return Measured(operation.operation, figures, count, names)

    def _selection(self, selection_set: SelectionSetNode) -> Figures:
        total = Figures()
        for node in selection_set.selections:
            directives = Figures(directives=self._directives(node.directives))
            if isinstance(node, FieldNode):
                total = total.beside(directives).beside(self._field(node))
            elif isinstance(node, InlineFragmentNode):
                total = total.beside(directives).beside(self._selection(node.selection_set))
            elif isinstance(node, FragmentSpreadNode):
                total = total.beside(directives).beside(self._fragment(node.name.value))
        return total

    def _field(self, node: FieldNode) -> Figures:
        for argument in node.arguments or ():
            _check_value(argument.value)
        below = self._selection(node.selection_set) if node.selection_set else Figures()
        return Figures(
            depth=1 if node.name.value in INTROSPECTION else 1 + below.depth,
            fields=1 + below.fields,
            aliases=(node.alias is not None) + below.aliases,
            directives=below.directives,
        )

    def _fragment(self, name: str) -> Figures:
        if name not in self.figures:
            # What spreads itself counts as nothing inside itself, and is refused by validation.
            self.figures[name] = Figures()
            fragment = self.fragments.get(name)
            if fragment is not None:
                own = Figures(directives=self._directives(fragment.directives))
                self.figures[name] = own.beside(self._selection(fragment.selection_set))
        return self.figures[name]

    def _root(self, selection_set: SelectionSetNode) -> tuple[int, frozenset[str]]:
        count, names = 0, frozenset[str]()
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                more, found = 1, frozenset((node.name.value,))
            elif isinstance(node, InlineFragmentNode):
                more, found = self._root(node.selection_set)
            elif isinstance(node, FragmentSpreadNode):
                more, found = self._root_fragment(node.name.value)
            count, names = count + more, names | found
        return count, names

    def _root_fragment(self, name: str) -> tuple[int, frozenset[str]]:
        if name not in self.roots:
            self.roots[name] = 0, frozenset()
            fragment = self.fragments.get(name)
            if fragment is not None:
                self.roots[name] = self._root(fragment.selection_set)
        return self.roots[name]

    def _directives(self, directives: tuple[DirectiveNode, ...] | None) -> int:
        for directive in directives or ():
            for argument in directive.arguments or ():
                _check_value(argument.value)
        return len(directives or ())


def _check_value(value: ValueNode) -> None:
    for node in _values(value):
        if isinstance(node, StringValueNode):
            refuse_null_character(node.value)
        elif isinstance(node, ListValueNode) and len(node.values) > MAX_LIST_ITEMS:
            raise ListTooLong(len(node.values), MAX_LIST_ITEMS)
        elif isinstance(node, IntValueNode | FloatValueNode) and len(node.value) > MAX_DIGITS:
            raise NumberTooLong(len(node.value), MAX_DIGITS)


def _values(value: ValueNode) -> Iterator[ValueNode]:
    yield value
    if isinstance(value, ListValueNode):
        for item in value.values:
            yield from _values(item)
    elif isinstance(value, ObjectValueNode):
        for field in value.fields:
            yield from _values(field.value)
