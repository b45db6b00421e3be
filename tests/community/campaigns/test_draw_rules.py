"""The draw: its numbers never change, weights weigh, who is out is passed over, and a verifier of its own agrees."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from api.verifiers import draw as verifier
from community.campaigns.rules import draw
from community.campaigns.rules.draw import Disqualified, Line, List

VECTORS = json.loads((Path(__file__).parent / "draw_vectors.json").read_text())


def a_list(entries: int = 6, *, weight: int = 1, tickets: str = "entry") -> List:
    lines = [Line(entry=UUID(int=n), entrant=f"{n % 4:032x}", weight=weight) for n in range(1, entries + 1)]
    seed = bytes(32)
    prizes = ((1, "A teapot"), (2, "Tea"))
    return List.of(
        campaign="tea", commitment=draw.commitment(seed), beacon=None, tickets=tickets, prizes=prizes, lines=lines
    )


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["title"])
def test_the_published_vectors_come_out_as_they_always_did(vector: dict[str, object]) -> None:
    document = vector["document"]
    assert isinstance(document, dict)
    beacon = document["beacon"] or {}
    sealed = List(
        campaign=document["campaign"],
        commitment=document["commitment"],
        beacon=beacon.get("name"),
        tickets=document["tickets"],
        prizes=tuple((prize["count"], prize["name"]) for prize in document["prizes"]),
        lines=tuple(
            Line(entry=UUID(e["entry"]), entrant=e["entrant"], weight=e["weight"]) for e in document["entries"]
        ),
    )
    seed = bytes.fromhex(document["seed"])
    assert (draw.commitment(seed), sealed.hash) == (document["commitment"], document["listHash"])
    out = [
        Disqualified(entry=UUID(e["entry"]), reason=e["reason"], after_draw=e["afterDraw"])
        for e in document["disqualified"]
    ]
    won = draw.winners(draw.in_order(sealed, seed, beacon.get("value")), sealed.prizes, out)
    assert [{"prize": each.prize, "entry": str(each.line.entry)} for each in won] == document["winners"]
    assert list(verifier.flaws_in(verifier.read(json.dumps(document)))) == []


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["title"])
@pytest.mark.parametrize(
    "tamper",
    [
        lambda d: d.update(seed="11" * 32),
        lambda d: d["entries"].pop(),
        lambda d: d["entries"].reverse(),
        lambda d: d["entries"][0].update(weight=d["entries"][0]["weight"] + 1),
        lambda d: d["prizes"][0].update(name="Something cheaper"),
        lambda d: d["prizes"][0].update(count=d["prizes"][0]["count"] + 1),
        lambda d: d.update(winners=d["winners"][::-1]),
        lambda d: d["winners"].pop(),
        lambda d: d.update(commitment="00" * 32),
        lambda d: d.update(tickets="member" if d["tickets"] == "entry" else "entry"),
    ],
)
def test_whatever_is_changed_afterwards_is_found(vector: dict[str, object], tamper: object) -> None:
    document = json.loads(json.dumps(vector["document"]))
    tamper(document)  # type: ignore[operator]
    assert list(verifier.flaws_in(document)) != []


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": "hourglass-draw-1"}', '{"format": "hourglass-draw-1", "seed": 1}']
)
def test_what_is_no_draw_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        list(verifier.flaws_in(verifier.read(text)))


def test_the_order_of_the_entries_is_no_matter_of_how_they_came_in() -> None:
    sealed = a_list()
    shuffled = List.of(**{name: getattr(sealed, name) for name in List.__slots__} | {"lines": sealed.lines[::-1]})
    assert shuffled == sealed


def test_a_member_wins_once() -> None:
    sealed = a_list(12)
    won = draw.winners(draw.in_order(sealed, bytes(32), None), sealed.prizes, [])
    assert len({each.line.entrant for each in won}) == len(won) == 3
    few = a_list(2)
    assert len(draw.winners(draw.in_order(few, bytes(32), None), few.prizes, [])) == 2, "a prize may be left over"


def test_who_is_out_before_is_passed_over_and_who_is_out_later_hands_over() -> None:
    order = draw.in_order(sealed := a_list(12), bytes(32), None)
    first, second, third = (each.line for each in draw.winners(order, sealed.prizes, []))
    before = [Disqualified(entry=first.entry, reason="POST_REMOVED", after_draw=False)]
    assert [each.line for each in draw.winners(order, sealed.prizes, before)][:2] != [first, second]
    after = [replace(before[0], after_draw=True)]
    successor, *rest = (each.line for each in draw.winners(order, sealed.prizes, after))
    assert rest == [second, third], "who holds a prize keeps it"
    assert successor not in (first, second, third)


def test_every_entry_out_leaves_the_prizes_with_nobody() -> None:
    order = draw.in_order(sealed := a_list(), bytes(32), None)
    out = [Disqualified(entry=line.entry, reason="BY_STAFF", after_draw=True) for line in order]
    assert draw.winners(order, sealed.prizes, out) == []


def test_three_tickets_win_three_times_as_often() -> None:
    lines = (Line(entry=UUID(int=1), entrant="1" * 32, weight=3), Line(entry=UUID(int=2), entrant="2" * 32, weight=1))
    sealed = replace(a_list(), lines=lines)
    firsts = Counter(draw.in_order(sealed, seed.to_bytes(32), None)[0].entry.int for seed in range(4_000))
    assert 2_850 < firsts[1] < 3_150


def test_by_member_an_entry_more_is_no_ticket_more() -> None:
    lines = [Line(entry=UUID(int=n), entrant=("a" if n < 9 else "b") * 32, weight=1) for n in range(10)]
    sealed = replace(a_list(tickets="member"), lines=tuple(lines))
    firsts = Counter(draw.in_order(sealed, seed.to_bytes(32), None)[0].entrant[0] for seed in range(4_000))
    assert 1_850 < firsts["b"] < 2_150


def test_a_beacon_decides_together_with_the_seed() -> None:
    sealed = a_list(12)
    orders = {tuple(draw.in_order(sealed, bytes(32), value)) for value in (None, "1", "2", "3")}
    assert len(orders) == 4


def test_a_thousand_winners_of_a_hundred_thousand_entries_take_a_moment() -> None:
    lines = tuple(Line(entry=UUID(int=n), entrant=f"{n % 50_000:032x}", weight=1) for n in range(100_000))
    order = draw.in_order(replace(a_list(), lines=lines), bytes(32), None)
    assert len(draw.winners(order, ((1_000, "Tea"),), [])) == 1_000
