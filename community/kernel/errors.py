"""The tree of failures that callers are told about.

    HourglassError                code, message, data          everything below is expected and safe to show
    ├── Problem                   a rule said no               a member of the mutation's result union
    │   └── InvalidReason                                what somebody says to explain a decision
    └── Refusal                   the call itself was refused  a top-level GraphQL error with `extensions.code`
        ├── Unauthenticated  Forbidden                   who is calling
        ├── InvalidToken
        │   └── NotABearer
        ├── NotFound  BadInput  InvalidId                what is asked for
        └── RateLimited  TooBusy  OutcomeUnknown         how the server is, and what became of it

Each area adds its own problems in `<area>/errors.py`:

    @dataclass
    class HandleTaken(Problem):
        handle: str
        message = "The handle {handle} is taken. Choose another."

`message` is an English template over the error's own fields. It is also the key under which the catalogue in
`community/locale/` keeps the other languages; `community.kernel.messages.render` puts the two together.
"""

from dataclasses import dataclass, fields, is_dataclass
from typing import Any, ClassVar


def screaming_snake(name: str) -> str:
    """HandleTaken → HANDLE_TAKEN."""
    return "".join(f"_{c}" if c.isupper() and i else c for i, c in enumerate(name)).upper()


class HourglassError(Exception):
    """A failure with a stable code, a translatable message and its own data."""

    code: ClassVar[str] = ""
    message: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "code" not in cls.__dict__:
            cls.code = screaming_snake(cls.__name__)

    @property
    def data(self) -> dict[str, Any]:
        """The fields of the error, by name, as the message's template needs them."""
        return {field.name: getattr(self, field.name) for field in fields(self)} if is_dataclass(self) else {}

    def __str__(self) -> str:
        return self.message.format(**self.data)


class Problem(HourglassError):
    """An expected failure of a mutation: it is returned in the result union, with its data."""


class Refusal(HourglassError):
    """The call was refused before or instead of running: a top-level error with `extensions.code`."""


@dataclass
class InvalidReason(Problem):
    """A decision about somebody needs a reason that can be read."""

    max_length: int
    message = "Say why, in 1 to {max_length} characters, none of them invisible."


@dataclass
class Unauthenticated(Refusal):
    """Nobody is signed in, and this needs somebody."""

    message = "Sign in first."


@dataclass
class InvalidToken(Refusal):
    """A bearer was presented and is forged, expired or revoked. The only cause of HTTP 401."""

    code = "UNAUTHENTICATED"
    message = "The access token is not valid or has expired. Refresh it or sign in again."


@dataclass
class NotABearer(InvalidToken):
    """Something was presented under another scheme than Bearer, or under none."""

    code = InvalidToken.code
    message = "This is no bearer token. Send `Authorization: Bearer`, a space, and the access token or API key."


@dataclass
class Forbidden(Refusal):
    """The caller is known, and lacks the permission, scope or ability."""

    permission: str
    message = "This needs the permission {permission}."


@dataclass
class NotFound(Refusal):
    """No such object, or none that this caller may see: the two are not told apart."""

    kind: str
    message = "No {kind} with this id is visible to you."


@dataclass
class BadInput(Refusal):
    """An argument has the right type and a value that cannot be used.

    `reason` is a message of its own, kept in the catalogue; it may name `{limit}`.
    """

    field: str
    reason: str
    limit: int | None = None
    code = "BAD_USER_INPUT"
    message = "{field}: {reason}"

    @property
    def data(self) -> dict[str, Any]:
        """The field, and the reason with its limit filled in."""
        return {"field": self.field, "reason": self.reason.format(limit=self.limit)}


@dataclass
class RateLimited(Refusal):
    """Too much, too fast. `retry_after` is in whole seconds."""

    retry_after: int
    message = "Too many requests. Try again in {retry_after} s."


@dataclass
class TooBusy(Refusal):
    """No database connection came free in time, or the database is away. Nothing was written."""

    retry_after: int = 1
    code = "UNAVAILABLE"
    message = "The server is busy. Nothing was changed. Try again in {retry_after} s."


@dataclass
class OutcomeUnknown(Refusal):
    """The connection broke while the database was committing: what was asked for may or may not have happened."""

    message = (
        "The connection to the database broke while this was being saved, and it may have been saved. "
        "Look before you repeat it, or repeat it with the same idempotency key."
    )


@dataclass
class InvalidId(Refusal):
    """An id that this server never gave out, or that names another kind of thing."""

    field: str
    expected: str
    code = "BAD_USER_INPUT"
    message = "{field}: this is not the id of a {expected}."
