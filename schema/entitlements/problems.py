"""The problems of entitlements, as the graph shows them."""

from datetime import datetime

import strawberry

from community.entitlements import errors
from community.entitlements.rules.catalogue import Flaw
from schema.entitlements import enums as enums
from schema.errors import Problem, problem


@problem(errors.UnknownFeature)
class UnknownFeature(Problem):
    feature: str = strawberry.field(description="The key that was given.")
    known: list[str] = strawberry.field(description="The keys there are.")


@problem(errors.NotForPoints)
class NotForPoints(Problem):
    feature: str = strawberry.field(description="The key of the feature.")


@problem(errors.AlreadyHeld)
class AlreadyHeld(Problem):
    feature: str = strawberry.field(description="The key of the feature.")
    until: datetime | None = strawberry.field(description="Until when it is held; null when no end is known.")


@problem(errors.InvalidGrant)
class InvalidGrant(Problem):
    pass


@problem(errors.NotRevocable)
class NotRevocable(Problem):
    feature: str = strawberry.field(description="The key of the feature.")


@problem(errors.InvalidFeature)
class InvalidFeature(Problem):
    flaw: Flaw = strawberry.field(description="What is wrong with it.")


@problem(errors.InvalidGift)
class InvalidGift(Problem):
    max_length: int = strawberry.field(description="How many characters a message may have.")
    max_days: int = strawberry.field(description="How many days a gift may last.")


@problem(errors.GiftSettled)
class GiftSettled(Problem):
    outcome: str = strawberry.field(description="What became of it: accepted, declined or expired.")
