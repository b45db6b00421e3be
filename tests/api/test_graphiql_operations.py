"""What GraphiQL sends by itself and what it offers as examples, against the graph that is served."""

import json

import pytest
from graphql import OperationDefinitionNode, get_variable_values, parse, validate

from api.graphiql.operations import Example, own_examples, own_operations
from schema.root import schema

GRAPH = schema()._schema
OPERATIONS = own_operations()
EXAMPLES = own_examples()


def test_the_page_can_sign_in_renew_sign_out_and_ask_who_that_is() -> None:
    assert OPERATIONS.keys() == {"signIn", "refreshSession", "signOut", "viewer"}


@pytest.mark.parametrize("document", [*OPERATIONS.values(), *(example.query for example in EXAMPLES)])
def test_every_document_is_valid(document: str) -> None:
    assert validate(GRAPH, parse(document)) == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_every_example_comes_with_the_variables_it_needs_and_a_sentence(example: Example) -> None:
    operation = parse(example.query).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)

    values = get_variable_values(GRAPH, operation.variable_definitions or (), json.loads(example.variables or "{}"))

    assert not isinstance(values, list), values
    assert example.query.startswith("# ")
    assert example.about.endswith(".")


def test_the_examples_tell_the_story_of_the_house() -> None:
    assert [example.name for example in EXAMPLES] == [
        "LatestPosts",
        "SignIn",
        "WritePost",
        "SearchPosts",
        "WatchComments",
        "WriteComment",
        "Me",
        "Library",
        "Campaigns",
        "MyLink",
    ]
