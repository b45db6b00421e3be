"""The problems of access, as the graph shows them."""

import strawberry

from community.access import errors
from schema.errors import Problem, problem


@problem(errors.InvalidEmail)
class InvalidEmail(Problem):
    email: str = strawberry.field(description="What was given as an address.")


@problem(errors.EmailTaken)
class EmailTaken(Problem):
    email: str = strawberry.field(description="The address that somebody has.")


@problem(errors.WeakPassword)
class WeakPassword(Problem):
    min_length: int = strawberry.field(description="How many characters a password has at least.")
    max_length: int = strawberry.field(description="How many it may have.")


@problem(errors.WrongCredentials)
class WrongCredentials(Problem):
    pass


@problem(errors.WrongPassword)
class WrongPassword(Problem):
    pass


@problem(errors.RefreshTokenInvalid)
class RefreshTokenInvalid(Problem):
    pass


@problem(errors.RefreshTokenReused)
class RefreshTokenReused(Problem):
    pass


@problem(errors.InvalidKeyName)
class InvalidKeyName(Problem):
    max_length: int = strawberry.field(description="How many characters a name may have.")


@problem(errors.KeyWithoutScope)
class KeyWithoutScope(Problem):
    pass


@problem(errors.KeyEndsInThePast)
class KeyEndsInThePast(Problem):
    pass


@problem(errors.LastAdmin)
class LastAdmin(Problem):
    pass


@problem(errors.OwnRoles)
class OwnRoles(Problem):
    pass
