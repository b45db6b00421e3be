"""Documents are read once, within bounds, and hostile ones are refused by the cheapest step."""

import pytest

from community.kernel.errors import Refusal
from schema import limits
from schema.prepared import Documents, InvalidDocument
from tests.api.toy import schema
from tests.schema import hostile
from tests.schema.hostile import CORPUS


async def test_a_document_is_read_once() -> None:
    documents = Documents(schema)
    first = await documents.prepare("{ hello }")
    assert await documents.prepare("{ hello }") is first
    assert await documents.prepare("{ hello } ") is not first
    assert len(documents) == 2


async def test_the_operation_that_is_named_is_prepared() -> None:
    documents = Documents(schema)
    text = 'query A { hello } mutation B { write(text: "x") { id } }'
    assert (await documents.prepare(text, "A")).kind.value == "query"
    assert (await documents.prepare(text, "B")).kind.value == "mutation"
    for name, message in ((None, "several operations"), ("C", "no operation named 'C'")):
        with pytest.raises(InvalidDocument, match=message):
            await documents.prepare(text, name)
    with pytest.raises(InvalidDocument, match="no operation"):
        await documents.prepare("fragment F on Query { hello }")


async def test_the_oldest_documents_go_when_there_are_too_many_or_they_are_too_long() -> None:
    documents = Documents(schema, max_entries=2)
    for text in ("{ hello }", "{ a: hello }", "{ hello }", "{ b: hello }"):
        await documents.prepare(text)
    assert documents.known("{ hello }", None) is not None
    assert documents.known("{ a: hello }", None) is None
    small = Documents(schema, max_characters=30)
    for text in ("{ hello }", "{ hello } # and many more words"):
        await small.prepare(text)
    assert len(small) == 0
    assert small.characters == 0


async def test_what_cannot_run_is_not_remembered() -> None:
    documents = Documents(schema)
    with pytest.raises(InvalidDocument):
        await documents.prepare("{ nothing }")
    assert len(documents) == 0


def test_suggestions_are_for_development() -> None:
    with pytest.raises(InvalidDocument, match="Did you mean 'hello'"):
        Documents(schema, suggest=True).read("{ helo }")
    with pytest.raises(InvalidDocument) as caught:
        Documents(schema).read("{ helo }")
    assert "Did you mean" not in str(caught.value)


def test_errors_are_few() -> None:
    with pytest.raises(InvalidDocument) as caught:
        Documents(schema).read("{ posts { nodes { " + " ".join(f"x{n}" for n in range(400)) + " } } }")
    assert len(caught.value.errors) <= 11


def test_a_sensitive_field_stands_alone() -> None:
    alone = 'mutation { signIn(password: "a") }'
    Documents(schema).read(alone)
    with pytest.raises(limits.MustStandAlone) as caught:
        Documents(schema).read(
            'mutation { a: signIn(password: "a") ...F } fragment F on Mutation { signIn(password: "b") }'
        )
    assert caught.value.field == "signIn"


EXPECTED = {
    "doubling_fragments": limits.TooManyFields,
    "doubling_fields": limits.TooDeep,
    "empty_doubling": limits.TooManyFields,
    "aliases": limits.TooManyAliases,
    "same_field": limits.TooManyFields,
    "directives": limits.TooManyTokens,
    "deep": limits.TooDeep,
    "wide_list": limits.ListTooLong,
    "unknown_directives": limits.TooManyDirectives,
    "cycle": InvalidDocument,
    "web": InvalidDocument,
    "very_deep": InvalidDocument,
    "deep_value": InvalidDocument,
    "unicode_names": InvalidDocument,
    "introspection": limits.MustStandAlone,
    "introspection_circle": InvalidDocument,
}


@pytest.mark.parametrize("name", CORPUS)
def test_a_hostile_document_is_refused_or_harmless(name: str) -> None:
    documents = Documents(schema)
    if name in EXPECTED:
        with pytest.raises((Refusal, InvalidDocument)) as caught:
            documents.read(CORPUS[name], operation_of(name))
        assert caught.type is EXPECTED[name]
        return
    try:
        prepared = documents.read(CORPUS[name], operation_of(name))
    except (Refusal, InvalidDocument):
        return
    assert prepared.measured.figures.fields <= limits.MAX_FIELDS


def test_a_million_objects_are_priced_before_they_are_made() -> None:
    assert Documents(schema).read(hostile.expensive()).bill.requested({}) > 1_000_000


def test_a_document_has_at_most_15000_characters_and_1000_tokens() -> None:
    with pytest.raises(limits.TooManyCharacters):
        Documents(schema).read("{ hello }" + " " * 15_000)
    with pytest.raises(limits.TooManyTokens):
        Documents(schema).read("{ " + "hello " * 1_000 + "}")


def operation_of(name: str) -> str | None:
    return "Q0" if CORPUS[name].startswith("query Q0") else None
