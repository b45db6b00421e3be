"""What a fact is: a small past-tense dataclass that an area announces through the outbox.

    @dataclass(frozen=True, slots=True, kw_only=True)
    class PostWritten(Fact):
        type: ClassVar[str] = "post.written"
        post_id: UUID
        author_id: UUID
        subject: ClassVar[str] = "post_id"       # the field that names what it is about, and orders it

Fields are JSON scalars, UUIDs, aware datetimes, or lists of those. A fact never carries what may be erased later:
ids, numbers and codes, no personal data.
"""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar, Self, get_type_hints
from uuid import UUID

REGISTRY: dict[str, type["Fact"]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """The root of all facts. `type` is `<noun>.<past participle>`, `version` grows when the shape changes."""

    type: ClassVar[str] = ""
    version: ClassVar[int] = 1
    subject: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super(Fact, cls).__init_subclass__(**kwargs)
        if cls.type:
            REGISTRY[cls.type] = cls

    @property
    def subject_id(self) -> UUID:
        """What the fact is about. Facts of one subject keep their order."""
        value: UUID = getattr(self, self.subject)
        return value

    def payload(self) -> dict[str, Any]:
        """The fields as JSON scalars."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """The fact again, from what `payload()` gave. Fields added since have their defaults; gone ones are ignored."""
        hints = get_type_hints(cls)
        return cls(**{f.name: _typed(payload[f.name], hints[f.name]) for f in fields(cls) if f.name in payload})


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _typed(value: Any, hint: Any) -> Any:
    if value is None:
        return None
    text = str(hint)
    if isinstance(value, list):
        return [UUID(item) if "UUID" in text else item for item in value]
    if "UUID" in text:
        return UUID(value)
    if "datetime" in text:
        return datetime.fromisoformat(value)
    return value
