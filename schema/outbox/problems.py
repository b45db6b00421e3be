"""The problems of the outbox, as the graph shows them."""

from community.outbox import errors
from schema.errors import Problem, problem


@problem(errors.DeliveryNotParked)
class DeliveryNotParked(Problem):
    pass
