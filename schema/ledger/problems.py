"""The problems of the ledger, as the graph shows them."""

import strawberry

from community.ledger import errors
from schema.errors import Problem, problem
from schema.scalars import Long


@problem(errors.InsufficientPoints)
class InsufficientPoints(Problem):
    balance: Long = strawberry.field(description="How many the member has.")
    needed: Long = strawberry.field(description="How many are needed.")


@problem(errors.InvalidAmount)
class InvalidAmount(Problem):
    largest: Long = strawberry.field(description="The largest amount.")
