"""What many ask for at the same moment is asked together, and not all of it at once."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest

from community.access.policy import ANONYMOUS, Look
from schema import together
from schema.together import Crowds


async def test_a_crowd_is_answered_in_parts_each_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "MOST_LOOKED_AT", 2)
    parts: list[int] = []

    async def ask(looks: Sequence[Look], _: frozenset[str]) -> list[list[int]]:
        parts.append(len(looks))
        return [[id.int for id in ids] for _, ids in looks]

    crowds = Crowds(ask)
    ids = [[number] for number in range(4)] + [[4, 5, 6], [7]]
    answers = [crowds.of(ANONYMOUS, [UUID(int=number) for number in each], frozenset()) for each in ids]
    assert await asyncio.gather(*answers) == ids
    assert parts == [2, 2, 1, 1]


async def test_who_asks_for_something_else_is_asked_for_apart() -> None:
    asked_for: list[frozenset[str]] = []

    async def ask(looks: Sequence[Look], asked: frozenset[str]) -> list[str]:
        asked_for.append(asked)
        return [",".join(sorted(asked)) for _ in looks]

    crowds, ids = Crowds(ask), [UUID(int=1)]
    selections = [frozenset({"body"}), frozenset({"body", "author"}), frozenset({"body"})]
    answers = await asyncio.gather(*(crowds.of(ANONYMOUS, ids, asked) for asked in selections))
    assert answers == ["body", "author,body", "body"]
    assert len(asked_for) == 2
