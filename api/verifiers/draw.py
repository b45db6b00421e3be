"""Recompute the draw of a campaign's prizes from what was published: `python draw.py FILE`, or `hourglass verify draw`.

Written from the description of the format (`community/campaigns/rules/draw.py`) alone, with nothing but the standard
library and none of the code that drew: the two must agree.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from typing import Any
from uuid import UUID

FORMAT = "hourglass-draw-1"


def read(text: str | bytes) -> dict[str, Any]:
    """A published draw. Raises ValueError for what is none."""
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ValueError(f"This is no document in the format {FORMAT}.")
    if "seed" not in document:
        raise ValueError("The prizes are not drawn yet: there is no seed in it.")
    return document


def flaws_in(document: dict[str, Any]) -> Iterator[str]:
    """Where a published draw is not what it says. Raises ValueError for a document that lacks something."""
    try:
        yield from _flaws_in(document)
    except (ArithmeticError, AttributeError, LookupError, TypeError) as error:
        raise ValueError(f"Something is missing or of another kind: {error!r}") from None


def _flaws_in(document: dict[str, Any]) -> Iterator[str]:
    seed, value = bytes.fromhex(document["seed"]), (document["beacon"] or {}).get("value") or ""
    if len(seed) != 32:
        yield "The seed does not have 32 bytes."
    if _sha256(seed).hex() != document["commitment"]:
        yield "The seed is not the one that was committed to."
    entries = [(UUID(each["entry"]), each["entrant"], int(each["weight"])) for each in document["entries"]]
    if entries != sorted(entries) or len({entry for entry, _, _ in entries}) != len(entries):
        yield "The entries are not in the order of their ids, each once."
    list_hash = _sha256("".join(f"{line}\n" for line in _lines(document, entries)).encode())
    if list_hash.hex() != document["listHash"]:
        yield "The list of entries is not the one that was sealed."
    key = _sha256(FORMAT.encode() + seed + list_hash + _sha256(value.encode()))
    order = sorted(entries, key=lambda entry: (_lowest(key, document["tickets"], *entry), entry[0]))
    won = [{"prize": prize, "entry": str(entry)} for prize, entry in _winners(document, order)]
    if won != document["winners"]:
        yield "The winners are not those that follow from the seed and the list."


def _lines(document: dict[str, Any], entries: list[tuple[UUID, str, int]]) -> Iterator[str]:
    yield FORMAT
    yield f"campaign {document['campaign']}"
    yield f"commitment {document['commitment']}"
    yield f"beacon {document['beacon']['name'] if document['beacon'] else '-'}"
    yield f"tickets {document['tickets']}"
    for prize in document["prizes"]:
        yield f"prize {prize['count']} {prize['name']}"
    for entry, entrant, weight in entries:
        yield f"entry {entry} {entrant} {weight}"


def _lowest(key: bytes, tickets: str, entry: UUID, entrant: str, weight: int) -> bytes:
    owner = bytes.fromhex(entrant) if tickets == "member" else entry.bytes
    return min(_sha256(key + owner + j.to_bytes(4, "big")) for j in range(1, weight + 1))


def _winners(document: dict[str, Any], order: list[tuple[UUID, str, int]]) -> list[tuple[int, UUID]]:
    seats = [prize for prize, each in enumerate(document["prizes"]) for _ in range(each["count"])]
    out_before = {UUID(each["entry"]) for each in document["disqualified"] if not each["afterDraw"]}
    holders: list[tuple[UUID, str] | None] = [None] * len(seats)
    gone = set(out_before)

    def successor() -> tuple[UUID, str] | None:
        taken = {holder[1] for holder in holders if holder}
        return next(((entry, who) for entry, who, _ in order if entry not in gone and who not in taken), None)

    for seat in range(len(seats)):
        holders[seat] = successor()
    for each in document["disqualified"]:
        if each["afterDraw"]:
            entry = UUID(each["entry"])
            gone.add(entry)
            for seat, holder in enumerate(holders):
                if holder and holder[0] == entry:
                    holders[seat] = None
                    holders[seat] = successor()
    return [(seats[seat], holder[0]) for seat, holder in enumerate(holders) if holder]


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def main() -> None:
    """Read the file that is named, say what is wrong with it, and exit with 1 if anything is."""
    with open(sys.argv[1], encoding="utf-8") as file:
        flaws = list(flaws_in(read(file.read())))
    print("\n".join(flaws) or "The winners follow from what was committed to.")
    raise SystemExit(bool(flaws))


if __name__ == "__main__":
    main()
