"""What can go wrong while following the feed or replaying a delivery."""

from dataclasses import dataclass

from community.kernel.errors import Problem, Refusal


@dataclass
class SlowConsumer(Refusal):
    """A subscriber read so slowly that it is no longer live. Nothing is lost: the feed goes on after `sequence`."""

    sequence: int
    behind: int
    message = "You are {behind} events behind, so this subscription ends. Go on after sequence {sequence}."


@dataclass
class DeliveryNotParked(Problem):
    """The delivery waits for nobody: it was replayed or has been heard meanwhile, or there never was one."""

    message = "This delivery is not parked. It may have been replayed already."
