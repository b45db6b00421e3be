"""What entitlements can refuse."""

from dataclasses import dataclass
from datetime import datetime

from community.entitlements.rules.catalogue import Flaw
from community.kernel.errors import Problem


@dataclass
class UnknownFeature(Problem):
    """There is no such feature in the catalogue."""

    feature: str
    known: list[str]
    message = "There is no feature {feature}. The catalogue has: {known}."


@dataclass
class NotForPoints(Problem):
    """Points do not open this feature."""

    feature: str
    message = "Points do not open {feature}."


@dataclass
class AlreadyHeld(Problem):
    """The member may use it already, so nothing was paid. `until` is null when no end is known."""

    feature: str
    until: datetime | None
    message = "You have {feature} already. No points were spent."


@dataclass
class InvalidGrant(Problem):
    """A right that staff give ends, if it does, in the future."""

    message = "The end of the right is over already. Set one in the future, or none."


@dataclass
class NotRevocable(Problem):
    """What a tier opens ends with the tier."""

    feature: str
    message = "The member's tier opens {feature}: it ends when the tier does, or when the catalogue says otherwise."


@dataclass
class InvalidFeature(Problem):
    """The feature cannot be published like this. `flaw` names why."""

    flaw: Flaw
    message = "This feature cannot be published: {flaw}."


@dataclass
class InvalidGift(Problem):
    """A gift says something, and lasts for some days."""

    max_length: int
    max_days: int
    message = "A gift comes with a message of 1 to {max_length} visible characters, for 1 to {max_days} days."


@dataclass
class GiftSettled(Problem):
    """The gift was accepted, declined, or not accepted in time."""

    outcome: str
    message = "This gift cannot be answered any more: it was {outcome}."
