"""Labels: words that staff mark members with, once each."""

import asyncio

import pytest

from community.access.policy import Actor, Kind, Role
from community.kernel.errors import Forbidden, NotFound
from community.kernel.ids import new_id
from community.members import errors, queries
from community.members import service as members
from tests.announcements import announced
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")

EDITOR = Actor(kind=Kind.MEMBER, member_id=new_id(), roles=frozenset({Role.EDITOR}))


async def test_a_label_is_given_and_taken_once() -> None:
    mei = (await a_member()).member_id
    assert mei
    await asyncio.gather(*[members.label(EDITOR, mei, "guests") for _ in range(3)])
    await members.label(EDITOR, mei, "press_2026")
    assert await queries.labels_of([mei, EDITOR.member_id or mei]) == {
        mei: frozenset({"guests", "press_2026"}),
        EDITOR.member_id: frozenset(),
    }
    for _ in range(2):
        await members.unlabel(EDITOR, mei, "guests")
    assert (await queries.labels_of([mei]))[mei] == {"press_2026"}
    facts = [fact for fact in await announced(mei) if "label" in fact["type"]]
    assert [(fact["type"], fact["label"]) for fact in facts] == [
        ("member.labelled", "guests"),
        ("member.labelled", "press_2026"),
        ("member.unlabelled", "guests"),
    ]


@pytest.mark.parametrize("label", ["", "Guests", "a b", "-a", "a--b", "賓客", "a" * 41])
async def test_a_label_is_a_small_word(label: str) -> None:
    mei = (await a_member()).member_id
    assert mei
    with pytest.raises(errors.InvalidLabel):
        await members.label(EDITOR, mei, label)


async def test_only_staff_label_and_only_members_are_labelled() -> None:
    mei = await a_member()
    assert mei.member_id
    for verb in (members.label, members.unlabel):
        with pytest.raises(Forbidden):
            await verb(mei, mei.member_id, "guests")
        with pytest.raises(NotFound):
            await verb(EDITOR, new_id(), "guests")
