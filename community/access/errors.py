"""What can be wrong with an account, a sign-in, a session or a key."""

from dataclasses import dataclass

from community.kernel.errors import Problem, Refusal


@dataclass
class InvalidEmail(Problem):
    """The e-mail address cannot be one, or holds characters that cannot be seen."""

    email: str
    message = "{email} is not an e-mail address we can use. Check the spelling."


@dataclass
class EmailTaken(Problem):
    """Another account has this e-mail, or one that differs only in case or width."""

    email: str
    message = "There is an account with {email} already. Sign in, or use another address."


@dataclass
class WeakPassword(Problem):
    """The password is too short, too long, or among the first that anybody would guess."""

    min_length: int
    max_length: int
    message = "Choose a password of {min_length} to {max_length} characters that is neither common nor your e-mail."


@dataclass
class WrongCredentials(Problem):
    """No account has this e-mail and this password. Which of the two was wrong is not told."""

    message = "The e-mail or the password is not right."


@dataclass
class WrongPassword(Problem):
    """The current password, asked again before a change, was not right."""

    message = "The current password is not right."


@dataclass
class RefreshTokenInvalid(Problem):
    """The refresh token is unknown, expired, or its session has ended."""

    message = "This session is over. Sign in again."


@dataclass
class RefreshTokenReused(Problem):
    """The refresh token had been used before, so somebody else may have it: its session was ended on every device."""

    message = "This session was used in two places and was ended for safety. Sign in again."


@dataclass
class InvalidKeyName(Problem):
    """A key has a name by which people know it again."""

    max_length: int
    message = "Give the key a name of 1 to {max_length} visible characters."


@dataclass
class KeyWithoutScope(Problem):
    """A key that may be used for nothing is of no use."""

    message = "Give the key at least one scope."


@dataclass
class KeyEndsInThePast(Problem):
    """A key ends, if it does, in the future."""

    message = "The end of the key must lie ahead."


@dataclass
class LastAdmin(Problem):
    """The only administrator left cannot lose the role."""

    message = "This is the last administrator. Make somebody else one first."


@dataclass
class OwnRoles(Problem):
    """Nobody changes what they are trusted with themselves."""

    message = "You cannot change your own roles. Ask another administrator."


@dataclass
class DevelopmentOnly(Refusal):
    """Something that only a server in development does."""

    code = "FORBIDDEN"
    message = "Only a server in development does this."
