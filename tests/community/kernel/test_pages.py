"""Keyset pages and their cursors."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.kernel.errors import BadInput
from community.kernel.ids import new_id
from community.kernel.pages import PageRequest, decode_cursor, encode_cursor, page_of

WHEN = st.datetimes(timezones=st.just(UTC))
TEXT = st.text().filter(lambda text: "\0" not in text)


@given(st.tuples(WHEN, TEXT, st.integers(-(2**63) + 1, 2**63 - 1), st.uuids()))
def test_a_cursor_gives_back_the_place_it_was_made_from(place: tuple[datetime, str, int, UUID]) -> None:
    assert decode_cursor(encode_cursor(place), (datetime, str, int, UUID)) == place


@given(st.text())
def test_a_made_up_cursor_is_bad_input_and_nothing_worse(cursor: str) -> None:
    with pytest.raises(BadInput):
        decode_cursor(cursor)


@pytest.mark.parametrize("place", [(), (1,), (None,), ("x",), ([],), ({},), ("a", "b")])
def test_a_cursor_of_another_list_is_bad_input(place: tuple[object, ...]) -> None:
    with pytest.raises(BadInput):
        decode_cursor(encode_cursor(place))


@pytest.mark.parametrize("arguments", [{"first": -1}, {"first": 101}, {"last": 101}, {"first": 1, "last": 1}])
def test_a_page_holds_0_to_100_items_from_one_end(arguments: dict[str, int]) -> None:
    with pytest.raises(BadInput):
        PageRequest.of(**arguments)


def test_walking_forward_knows_whether_more_follow() -> None:
    page = page_of([1, 2, 3], PageRequest(size=2), lambda n: (n,))
    assert (list(page.items), page.has_next, page.has_previous) == ([1, 2], True, False)


def test_walking_backward_keeps_the_order_of_the_list() -> None:
    page = page_of([9, 8, 7], PageRequest(size=2, backward=True, before=(10,)), lambda n: (n,))
    assert (list(page.items), page.has_next, page.has_previous) == ([8, 9], True, True)


def test_pages_that_differ_in_their_places_alone_are_one_statement() -> None:
    one, other = [PageRequest(size=5, after=(place,)) for place in (new_id(), new_id())]
    assert one.named == other.named != PageRequest(size=5).named
    assert one.named.after
    assert one.after
    assert one.values[one.named.after[0]] == one.after[0]
