"""How much of a metric counts: only as much as enough different members, on enough different days, stand behind."""

from dataclasses import dataclass

from community.tiers.rules.programme import Gate


@dataclass(frozen=True, slots=True)
class Received:
    """What came in for one metric: how many units, worth how many credits, from how many members, on how many days."""

    units: int
    credits: int
    members: int
    days: int


def units_counted(gate: Gate, received: Received) -> int:
    """Of 20 reactions all count when 5 members gave them on 7 days; from 2 members 8 count at most."""
    return min(received.units, received.members * gate.units_per_member, received.days * gate.units_per_day)


def credits_uncounted(gate: Gate | None, received: Received) -> int:
    """The credits behind the units that do not count, at the average worth of a unit, rounded down."""
    if gate is None or received.units == 0:
        return 0
    return received.credits * (received.units - units_counted(gate, received)) // received.units
