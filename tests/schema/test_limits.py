"""A document's figures, and the refusals above them."""

import pytest
from graphql import OperationType, get_operation_ast, parse

from community.kernel.messages import render
from schema import limits
from schema.limits import Figures, Measured, enforce, enforce_variables, measure
from tests.schema import hostile


def measured(text: str) -> Measured:
    document = parse(text)
    operation = get_operation_ast(document)
    assert operation is not None
    return measure(document, operation)


def test_depth_is_counted_in_fields_through_fragments_and_not_in_braces() -> None:
    assert measured("{ a { ... { b { ...F } } } } fragment F on T { c }").figures.depth == 3


def test_fragments_count_wherever_they_are_spread() -> None:
    figures = measured("{ ...F ...F x: ok } fragment F on Query { a: ok b @skip(if: false) { c } }").figures
    assert figures == Figures(depth=2, fields=7, aliases=3, directives=2)


def test_directives_count_on_everything_that_runs() -> None:
    text = "query ($a: Int @d) @d { ...F @d ... @d { a @d } } fragment F on Query @d { a }"
    assert measured(text).figures.directives == 6


def test_root_fields_count_through_fragments() -> None:
    found = measured("{ a ...F ... { b } } fragment F on Query { a c ...G } fragment G on Query { d { e } }")
    assert found.root_fields == 5
    assert found.root_names == {"a", "b", "c", "d"}


def test_introspection_may_be_deep_but_its_fields_count() -> None:
    found = measured("{ __schema { a { b { c { d { e { f { g { h { i { j { k } } } } } } } } } } } }")
    assert found.figures.depth == 1
    assert found.figures.fields == 12
    assert found.introspects


def test_a_thousand_million_fields_are_counted_in_the_time_it_takes_to_read_them() -> None:
    assert measured(hostile.doubling_fragments(30)).figures.fields == 2**30 + 1


def test_fragments_in_a_circle_are_measured_and_left_to_validation() -> None:
    assert measured(hostile.cycle()).figures.fields == 1


@pytest.mark.parametrize(
    ("figures", "error"),
    [
        (Figures(depth=11), limits.TooDeep),
        (Figures(fields=501), limits.TooManyFields),
        (Figures(aliases=31), limits.TooManyAliases),
        (Figures(directives=51), limits.TooManyDirectives),
    ],
)
def test_each_limit_has_its_own_refusal(figures: Figures, error: type[limits.LimitExceeded]) -> None:
    with pytest.raises(error) as caught:
        enforce(Measured(OperationType.QUERY, figures, 1, frozenset({"a"})))
    assert caught.value.figure == max(figures)
    assert str(caught.value.figure) in render(caught.value, "en")
    assert str(caught.value.allowed) in render(caught.value, "zh-Hant")


def test_what_is_exactly_at_its_limit_runs() -> None:
    at_limit = Figures(limits.MAX_DEPTH, limits.MAX_FIELDS, limits.MAX_ALIASES, limits.MAX_DIRECTIVES)
    enforce(Measured(OperationType.QUERY, at_limit, 20, frozenset({"a"})))


@pytest.mark.parametrize(
    ("kind", "allowed"), [(OperationType.QUERY, 20), (OperationType.MUTATION, 5), (OperationType.SUBSCRIPTION, 1)]
)
def test_an_operation_has_so_many_root_fields(kind: OperationType, allowed: int) -> None:
    enforce(Measured(kind, Figures(), allowed, frozenset({"a"})))
    with pytest.raises(limits.TooManyRootFields):
        enforce(Measured(kind, Figures(), allowed + 1, frozenset({"a"})))


def test_strangers_have_fewer_aliases() -> None:
    found = Measured(OperationType.QUERY, Figures(aliases=16), 1, frozenset({"a"}))
    enforce(found)
    with pytest.raises(limits.TooManyAliases):
        enforce(found, aliases=limits.MAX_ALIASES_ANONYMOUS)


@pytest.mark.parametrize(
    "text",
    [
        f"{{ a(x: [{'1 ' * 101}]) }}",
        f"{{ a(x: {{ y: [{'1 ' * 101}] }}) }}",
        f"query ($x: [Int] = [{'1 ' * 101}]) {{ a(x: $x) }}",
        f"{{ ...F }} fragment F on Query {{ a @d(x: [{'1 ' * 101}]) }}",
    ],
)
def test_a_list_in_the_document_has_at_most_100_items(text: str) -> None:
    with pytest.raises(limits.ListTooLong) as caught:
        measured(text)
    assert caught.value.figure == 101
    measured(text.replace("1 " * 101, "1 " * 100))


def test_a_list_in_the_variables_has_at_most_100_items_wherever_it_is() -> None:
    enforce_variables({"a": {"b": [list(range(100))]}})
    with pytest.raises(limits.ListTooLong):
        enforce_variables({"a": {"b": [list(range(101))]}})


def test_variables_hold_at_most_1000_objects_wherever_they_are() -> None:
    below = [{"b": [{} for _ in range(99)]} for _ in range(10)]
    enforce_variables({"a": below})
    with pytest.raises(limits.TooManyInputObjects):
        enforce_variables({"a": below, "b": {}})


@pytest.mark.parametrize("number", ["9" * 401, "-" + "9" * 400, "0." + "9" * 399])
def test_a_number_in_the_document_has_at_most_400_digits(number: str) -> None:
    with pytest.raises(limits.NumberTooLong):
        measured(f"query ($n: Int = {number}) {{ a(n: $n) }}")
    with pytest.raises(limits.NumberTooLong):
        measured(f"{{ a(n: [{{ b: {number} }}]) }}")
    measured(f"{{ a(n: {number[:400]}) }}")


def test_variables_are_at_most_20_levels_deep() -> None:
    value: object = 1
    for _ in range(limits.MAX_INPUT_DEPTH - 1):
        value = [value]
    enforce_variables({"a": value})
    with pytest.raises(limits.InputTooDeep):
        enforce_variables({"a": [value]})


def test_no_text_holds_u_0000() -> None:
    with pytest.raises(limits.NullCharacter):
        enforce_variables({"a": [{"b": "x\0"}]})
    with pytest.raises(limits.NullCharacter):
        measured('{ a(x: { y: ["\\u0000"] }) }')
