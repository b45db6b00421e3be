"""The draw that anyone can recompute: a list known by its hash, a seed committed to before, tickets in order.

All hashes are SHA-256; `‖` puts bytes one after the other.

1. *Commitment.* Before the campaign opens: commitment = hex(H(seed)), of a seed of 32 random bytes nobody is shown.
2. *List.* Some minutes after closing: list hash = H(the list as UTF-8 text), whose lines, each ended by \\n, are
       hourglass-draw-1
       campaign <slug>
       commitment <commitment>
       beacon <what public number will be used, or ->
       tickets <entry or member>
       prize <count> <name>                          one line for each prize, the first prize first
       entry <entry id> <entrant> <weight>           one line for each entry, in the order of their ids
   Ids are UUIDs in small letters; an entrant is hex(H(campaign id ‖ member id))[:32], over the 16 bytes of each id.
3. *Draw.* The seed is revealed, and the beacon's value if one was named. key = H("hourglass-draw-1" ‖ seed ‖ list hash
   ‖ H(value)), with the 32 bytes of each hash; without a beacon the value is empty.
4. *Tickets.* An entry of weight w has w tickets, numbered j = 1…w: H(key ‖ owner ‖ j), j as 4 bytes, the highest first.
   The owner is the 16 bytes of the entry's id or, where tickets go by member, of the entrant. Entries come in the order
   of their lowest ticket, compared as bytes, and of their ids where that is equal.
5. *Winners.* Going through the entries in that order, each one whose entrant has won nothing yet takes the next prize;
   those disqualified before the draw are passed over. Whoever is disqualified later gives the prize up to the first
   entry in the same order that is not disqualified and whose entrant holds no prize. There is no second draw.

Whoever knows the seed could try out lists before one is sealed. Where that matters, a campaign names a beacon: a public
number, such as a lottery's, that comes to be after the sealing.
"""

import hashlib
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Self
from uuid import UUID

FORMAT = "hourglass-draw-1"
SEED_BYTES = 32
MAX_WEIGHT = 11
"""One ticket, and one more for each of the first ten others who reacted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An entry in the list."""

    entry: UUID
    entrant: str
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Disqualified:
    """An entry that cannot win, and why; `after_draw` when that was found later."""

    entry: UUID
    reason: str
    after_draw: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """Everything that is fixed when the list is sealed. `prizes` are counts and names; `tickets` is entry or member."""

    campaign: str
    commitment: str
    beacon: str | None
    tickets: str
    prizes: tuple[tuple[int, str], ...]
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        """What is hashed."""
        head = [
            FORMAT,
            f"campaign {self.campaign}",
            f"commitment {self.commitment}",
            f"beacon {self.beacon or '-'}",
            f"tickets {self.tickets}",
            *(f"prize {count} {name}" for count, name in self.prizes),
        ]
        entries = [f"entry {line.entry} {line.entrant} {line.weight}" for line in self.lines]
        return "".join(f"{line}\n" for line in [*head, *entries])

    @property
    def hash(self) -> str:
        """The hash under which it is published."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @classmethod
    def of(cls, **parts: Any) -> Self:
        """A list with its lines in their order."""
        return cls(**{**parts, "lines": tuple(sorted(parts["lines"], key=lambda line: line.entry))})


@dataclass(frozen=True, slots=True, kw_only=True)
class Won:
    """Which entry holds which prize, by its place in the list of prizes."""

    prize: int
    line: Line


def commitment(seed: bytes) -> str:
    """What is published of a seed before it is revealed."""
    return hashlib.sha256(seed).hexdigest()


def entrant_of(campaign_id: UUID, member_id: UUID) -> str:
    """A member's name in the list of one campaign: whoever knows the member can check it, and nobody else reads it."""
    return hashlib.sha256(campaign_id.bytes + member_id.bytes).hexdigest()[:32]


def in_order(sealed: List, seed: bytes, beacon_value: str | None) -> list[Line]:
    """The entries in the order in which they win."""
    value = hashlib.sha256((beacon_value or "").encode()).digest()
    key = hashlib.sha256(FORMAT.encode() + seed + bytes.fromhex(sealed.hash) + value).digest()

    def place(line: Line) -> tuple[bytes, UUID]:
        owner = bytes.fromhex(line.entrant) if sealed.tickets == "member" else line.entry.bytes
        tickets = (hashlib.sha256(key + owner + j.to_bytes(4)).digest() for j in range(1, line.weight + 1))
        return min(tickets), line.entry

    return sorted(sealed.lines, key=place)


def winners(order: Sequence[Line], prizes: Sequence[tuple[int, str]], out: Iterable[Disqualified]) -> list[Won]:
    """Who holds which prize, in the order of the prizes. A prize that nobody is left for is held by nobody."""
    out = list(out)
    gone = {each.entry for each in out if not each.after_draw}
    places = [prize for prize, (count, _) in enumerate(prizes) for _ in range(count)]
    held = dict(enumerate(islice(_first_of_each(order, gone), len(places))))
    for each in (each for each in out if each.after_draw):
        gone.add(each.entry)
        vacant = next((seat for seat, line in held.items() if line.entry == each.entry), None)
        if vacant is not None:
            del held[vacant]
            holders = {line.entrant for line in held.values()}
            if successor := next(_first_of_each(order, gone, holders), None):
                held[vacant] = successor
    return [Won(prize=places[seat], line=held[seat]) for seat in sorted(held)]


def _first_of_each(order: Iterable[Line], gone: Container[UUID], holders: Iterable[str] = ()) -> Iterator[Line]:
    """In their order the first entry of each entrant, without those that are gone and those whose entrant holds one."""
    met = set(holders)
    for line in order:
        if line.entry not in gone and line.entrant not in met:
            met.add(line.entrant)
            yield line
