"""Documents made ready to run, once: parsed, measured, validated, priced, and remembered.

The order is from cheap to dear, so that a hostile document is refused by the cheapest step that can tell. Unknown
documents are read one at a time in a thread: the worst take a tenth of a second, and others do not wait for that.
"""

import asyncio
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import strawberry
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    get_operation_ast,
    parse,
    specified_rules,
    validate,
)
from graphql.validation import ASTValidationRule, OverlappingFieldsCanBeMergedRule, ValidationContext
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from schema.limits import (
    MAX_CHARACTERS,
    MAX_TOKENS,
    SENSITIVE,
    Measured,
    MustStandAlone,
    TooManyCharacters,
    TooManyTokens,
    enforce,
    measure,
    refuse_null_character,
)
from schema.prices import Bill, bill, metadata_of

WHOLE_SCHEMA = "__schema"
"""A field whose answer is large whoever asks, so that an operation asks for it once and for nothing else."""

MAX_ENTRIES = 1_000
MAX_CACHED_CHARACTERS = 500_000
"""Of text. A parsed document takes about 150 bytes for each of its characters."""
MAX_ERRORS = 10
OVERLAP_BUDGET = 20_000


class InvalidDocument(Exception):
    """The document cannot run on this schema. `errors` are for whoever wrote it."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(*[error.message for error in errors])
        self.errors = errors


@dataclass(frozen=True)
class Prepared:
    """One operation of a valid document within the limits, and all that is known about it before it runs."""

    text: str
    document: DocumentNode
    operation: OperationDefinitionNode
    measured: Measured
    bill: Bill

    @cached_property
    def kind(self) -> OperationType:
        """Whether it queries, mutates or subscribes."""
        return self.operation.operation

    @cached_property
    def kind_name(self) -> str:
        """`query`, `mutation` or `subscription`."""
        return self.kind.value

    @cached_property
    def operation_name(self) -> str | None:
        """The name that its author gave it."""
        return self.operation.name.value if self.operation.name else None


class Documents:
    """The valid documents of one schema that were asked for lately, by text and operation name."""

    def __init__(
        self,
        schema: strawberry.Schema,
        *,
        suggest: bool = False,
        max_entries: int = MAX_ENTRIES,
        max_characters: int = MAX_CACHED_CHARACTERS,
    ) -> None:
        self.schema = schema._schema
        self.suggest = suggest
        self.max_entries = max_entries
        self.max_characters = max_characters
        self.characters = 0
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="documents")
        self._prepared: OrderedDict[tuple[str, str | None], Prepared] = OrderedDict()

    def __len__(self) -> int:
        return len(self._prepared)

    def known(self, text: str, operation_name: str | None) -> Prepared | None:
        """The operation, if it was asked for before and is still remembered."""
        found = self._prepared.get((text, operation_name))
        if found is not None:
            self._prepared.move_to_end((text, operation_name))
        return found

    async def prepare(self, text: str, operation_name: str | None = None) -> Prepared:
        """The operation ready to run. Raises InvalidDocument, or the Refusal of the limit that is exceeded."""
        found = self.known(text, operation_name)
        if found is None:
            loop = asyncio.get_running_loop()
            found = await loop.run_in_executor(self._reader, self.read, text, operation_name)
            self._remember(found, operation_name)
        return found

    def read(self, text: str, operation_name: str | None = None) -> Prepared:
        """Make a document ready here and now, without remembering it. Raises as `prepare` does."""
        document = _parse(text)
        operation = _choose(document, operation_name)
        measured = measure(document, operation)
        enforce(measured)
        errors = validate(self.schema, document, RULES, max_errors=MAX_ERRORS, hide_suggestions=not self.suggest)
        if errors:
            raise InvalidDocument(errors)
        self._enforce_alone(measured)
        return Prepared(text, document, operation, measured, bill(self.schema, document, operation))

    def _enforce_alone(self, measured: Measured) -> None:
        root = self.schema.get_root_type(measured.kind)
        if root is None or measured.root_fields == 1:
            return
        if WHOLE_SCHEMA in measured.root_names:
            raise MustStandAlone(measured.root_fields, 1, WHOLE_SCHEMA)
        for name in sorted(measured.root_names & root.fields.keys()):
            if metadata_of(root.fields[name]).get(SENSITIVE):
                raise MustStandAlone(measured.root_fields, 1, name)

    def _remember(self, prepared: Prepared, operation_name: str | None) -> None:
        forgotten = self._prepared.pop((prepared.text, operation_name), None)
        self._prepared[prepared.text, operation_name] = prepared
        self.characters += 0 if forgotten else len(prepared.text)
        while len(self._prepared) > self.max_entries or self.characters > self.max_characters:
            _, forgotten = self._prepared.popitem(last=False)
            self.characters -= len(forgotten.text)


class FrugalOverlapRule(OverlappingFieldsCanBeMergedRule):
    """The one rule whose work can grow faster than the document, with a budget that fits documents of our size."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self.rule_context.remaining_complexity_budget = OVERLAP_BUDGET


RULES: tuple[type[ASTValidationRule], ...] = (
    *(FrugalOverlapRule if rule is OverlappingFieldsCanBeMergedRule else rule for rule in specified_rules),
    MaybeNullValidationRule,
    OneOfInputValidationRule,
)


def _parse(text: str) -> DocumentNode:
    if len(text) > MAX_CHARACTERS:
        raise TooManyCharacters(len(text), MAX_CHARACTERS)
    refuse_null_character(text)
    try:
        return parse(text, max_lexical_tokens=MAX_TOKENS, max_comments=MAX_TOKENS)
    except GraphQLSyntaxError as error:
        if error.description.startswith("Document contains more than"):
            raise TooManyTokens(MAX_TOKENS + 1, MAX_TOKENS) from None
        raise InvalidDocument([error]) from None


def _choose(document: DocumentNode, operation_name: str | None) -> OperationDefinitionNode:
    operation = get_operation_ast(document, operation_name)
    if operation is None:
        raise InvalidDocument([GraphQLError(_why_none(document, operation_name))])
    return operation


def _why_none(document: DocumentNode, operation_name: str | None) -> str:
    if not any(isinstance(definition, OperationDefinitionNode) for definition in document.definitions):
        return "The document has no operation."
    if operation_name is not None:
        return f"The document has no operation named '{operation_name[:100]}'."
    return "The document has several operations: say which one in operationName."
