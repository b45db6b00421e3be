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

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from types import NoneType
from typing import Any, ClassVar, Self, get_args, get_origin, get_type_hints
from uuid import UUID

import orjson

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
            _register(cls)

    @property
    def subject_id(self) -> UUID:
        """What the fact is about. Facts of one subject keep their order."""
        value: UUID = getattr(self, self.subject)
        return value

    @property
    def ordering_key(self) -> str:
        """Facts with the same key are to be applied in their order. By default the subject."""
        return str(self.subject_id)

    def payload(self) -> dict[str, Any]:
        """The fields as JSON scalars."""
        plain: dict[str, Any] = orjson.loads(orjson.dumps(self, default=str))
        return plain

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """The fact again, from what `payload()` gave. Fields added since have their defaults; gone ones are ignored."""
        readers = _readers(cls)  # type: ignore[arg-type]
        return cls(**{name: readers[name](value) for name, value in payload.items() if name in readers})


def _register(cls: type[Fact]) -> None:
    # A slotted dataclass is made twice, the second time with its slots: the later one counts.
    known = REGISTRY.get(cls.type, cls)
    if (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
        raise TypeError(f"{known.__qualname__} and {cls.__qualname__} both call themselves {cls.type}")
    REGISTRY[cls.type] = cls


@cache
def _readers(cls: type[Fact]) -> dict[str, Callable[[Any], Any]]:
    hints = get_type_hints(cls)
    return {field.name: _reader(hints[field.name]) for field in fields(cls)}


def _reader(hint: Any) -> Callable[[Any], Any]:
    """What turns a JSON value back into `hint`: UUID, datetime, a list or tuple of one kind, any of these or None."""
    if hint is UUID:
        return UUID
    if hint is datetime:
        return datetime.fromisoformat
    origin, kinds = get_origin(hint), get_args(hint)
    if origin in (list, tuple):
        item = _reader(kinds[0])
        return lambda values: origin(item(value) for value in values)
    if NoneType in kinds:
        present = _reader(next(kind for kind in kinds if kind is not NoneType))
        return lambda value: None if value is None else present(value)
    return lambda value: value
