"""What can go wrong while following the feed."""

from dataclasses import dataclass

from community.kernel.errors import Refusal


@dataclass
class SlowConsumer(Refusal):
    """A subscriber read so slowly that it is no longer live. Nothing is lost: the feed goes on after `sequence`."""

    sequence: int
    behind: int
    message = "You are {behind} events behind, so this subscription ends. Go on after sequence {sequence}."
