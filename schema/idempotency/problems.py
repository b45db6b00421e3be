"""The problems of idempotency keys, for every mutation that takes one."""

import strawberry

from community.idempotency import errors
from schema.errors import Problem, problem


@problem(errors.IdempotencyKeyReused)
class IdempotencyKeyReused(Problem):
    key: str = strawberry.field(description="The key that was used for another request.")


@problem(errors.IdempotencyKeyMalformed)
class IdempotencyKeyMalformed(Problem):
    longest: int = strawberry.field(description="How many characters a key may have.")


KeyProblem = IdempotencyKeyReused | IdempotencyKeyMalformed
"""What can be wrong with the key of a repeatable mutation."""
