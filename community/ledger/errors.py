"""What the ledger can refuse."""

from dataclasses import dataclass

from community.kernel.errors import Problem


@dataclass
class InsufficientPoints(Problem):
    """The member has less than is needed. Nothing was taken."""

    balance: int
    needed: int
    message = "{needed} points needed, {balance} available."


@dataclass
class InvalidAmount(Problem):
    """Zero, below zero where that has no meaning, not a whole number, or more than can be counted."""

    largest: int
    message = "An amount is a whole number from 1 to {largest}."


@dataclass
class CauseReused(Problem):
    """The same cause moved another amount, or for another member. Nothing was moved this time."""

    kind: str
    key: str
    message = "{kind} {key} is in the ledger already, with another amount or for another member."


@dataclass
class ReversalTooLarge(Problem):
    """More would be taken back than was given and is not taken back yet."""

    left: int
    asked: int
    message = "{asked} cannot be reversed: {left} of this transfer are left."


@dataclass
class NothingToReverse(Problem):
    """No transfer in this currency has this cause."""

    kind: str
    key: str
    message = "{kind} {key} has moved nothing, so nothing can be reversed."
