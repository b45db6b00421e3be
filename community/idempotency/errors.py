"""What can be wrong with an idempotency key."""

from dataclasses import dataclass

from community.kernel.errors import Problem


@dataclass
class IdempotencyKeyReused(Problem):
    """The key had its effect with another input. Nothing was done this time."""

    key: str
    message = "The idempotency key {key} was used for a different request. Use a new key for a new request."


@dataclass
class IdempotencyKeyMalformed(Problem):
    """The key is empty, too long, or holds what cannot be printed."""

    longest: int
    message = "An idempotency key is 1 to {longest} printable characters."
