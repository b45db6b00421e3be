"""What a body is made of: parts that everybody reads, parts behind the wall, blocks with a gate of their own.

A line of its own that says `::: wall` is the wall: what stands above it is the preview. `::: gate members`,
`::: gate tier=gold` and `::: gate feature=labs` open a gated block, `:::` closes it. A gate does not stand inside
another one, nor the wall inside a gate, and in a fenced code block none of this means anything. An item without a
wall is behind it as a whole. Each part is Markdown by itself, so that nothing of one part depends on another.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from community.content import errors
from community.content.rules import markdown
from community.content.rules.access import Requirement, Visibility

MAX_BODY_LENGTH = 200_000
MAX_PARTS = 50

_DIRECTIVE = re.compile(r"[ ]{0,3}:::[ \t]*(?P<words>[^\r\n]*?)[ \t]*")
_FENCE = re.compile(r"[ ]{0,3}(?P<fence>`{3,}|~{3,})(?P<info>.*)")
_GATE = re.compile(r"gate[ \t]+(?:(?P<members>members)|tier=(?P<tier>[\w.-]+)|feature=(?P<feature>[\w.:/-]+))")


class Place(StrEnum):
    """Where a part stands."""

    PREVIEW = "preview"
    WALLED = "walled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of a body. `gate` is what it asks for besides what its place does."""

    place: Place
    source: str
    html: str
    gate: Requirement | None = None

    @property
    def media_ids(self) -> list[str]:
        """The ids of the media it shows."""
        return markdown.media_in(self.html)

    def as_json(self) -> dict[str, Any]:
        """The part as JSON scalars, as it is kept."""
        gate = self.gate.as_json() if self.gate else None
        return {"place": self.place.value, "source": self.source, "html": self.html, "gate": gate}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Self:
        """The part again, from what `as_json` gave."""
        gate = Requirement.of_json(kept["gate"]) if kept["gate"] else None
        return cls(place=Place(kept["place"]), source=kept["source"], html=kept["html"], gate=gate)


def parts_of(body: str, *, is_public: bool, is_gate: Callable[[Requirement], bool]) -> tuple[Part, ...]:
    """The parts of a body, in order. `is_public`: nobody is asked for anything, so without a wall all is preview.
    `is_gate` says whether what a gate asks for exists.

    Raises BodyTooLong, BodyTooDeep, TooManyParts, SecondWall, NestedGate, WallInGate, UnclosedGate, UnopenedGate,
    UnknownGate.
    """
    if len(body) > MAX_BODY_LENGTH:
        raise errors.BodyTooLong(len(body), MAX_BODY_LENGTH)
    pieces = list(_pieces(body, is_gate))
    if len(pieces) > MAX_PARTS:
        raise errors.TooManyParts(MAX_PARTS)
    has_wall = any(place is None for place, _, _ in pieces)
    place = Place.PREVIEW if has_wall or is_public else Place.WALLED
    found = []
    for mark, gate, source in pieces:
        if mark is None:
            place = Place.WALLED
        elif source.strip():
            found.append(Part(place=place, source=source, html=markdown.render(source), gate=gate))
    return tuple(found)


def free_text(parts: Sequence[Part]) -> str:
    """The words that everybody may read: the only ones that search may know."""
    return "\n".join(markdown.text_of(part.html) for part in parts if part.place is Place.PREVIEW and part.gate is None)


_Piece = tuple[bool | None, Requirement | None, str]
"""Whether it is text (None for the wall itself), the gate it stands behind, and its Markdown."""


def _pieces(body: str, is_gate: Callable[[Requirement], bool]) -> Iterator[_Piece]:
    lines: list[str] = []
    gate: Requirement | None = None
    gate_line = 0
    fence: str | None = None
    walls = 0
    for number, line in enumerate(body.split("\n"), start=1):
        fence = _fence_after(line, fence)
        directive = None if fence else _DIRECTIVE.fullmatch(line)
        if directive is None:
            lines.append(line)
            continue
        words = directive["words"]
        if words == "wall":
            walls += 1
            if gate:
                raise errors.WallInGate(number)
            if walls > 1:
                raise errors.SecondWall(number)
            yield True, None, "\n".join(lines)
            yield None, None, ""
        elif words == "":
            if gate is None:
                raise errors.UnopenedGate(number)
            yield True, gate, "\n".join(lines)
            gate = None
        else:
            if gate:
                raise errors.NestedGate(number)
            yield True, None, "\n".join(lines)
            gate, gate_line = _gate(words, number), number
            if not is_gate(gate):
                raise errors.UnknownGate(number)
        lines = []
    if gate:
        raise errors.UnclosedGate(gate_line)
    yield True, None, "\n".join(lines)


def _fence_after(line: str, fence: str | None) -> str | None:
    """The fence that is open after this line: one is closed by as many of its own signs, and nothing behind them."""
    found = _FENCE.fullmatch(line)
    if fence is None:
        is_open = found and not (found["fence"][0] == "`" and "`" in found["info"])
        return found["fence"] if found and is_open else None
    if found and found["fence"].startswith(fence) and not found["info"].strip():
        return None
    return fence


def _gate(words: str, line: int) -> Requirement:
    found = _GATE.fullmatch(words)
    if found is None:
        raise errors.UnknownGate(line)
    if found["tier"]:
        return Requirement(visibility=Visibility.TIER, tier=found["tier"])
    if found["feature"]:
        return Requirement(visibility=Visibility.FEATURE, feature=found["feature"])
    return Requirement(visibility=Visibility.MEMBERS)
