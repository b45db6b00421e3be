"""What is sent: a thin message of Standard Webhooks, which says that something happened and where to read about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from community.kernel.pages import encode_cursor

API_VERSION = 1
"""Grows when the shape below changes. An endpoint keeps the version it was made with."""

PREFIX = "hourglass"
"""What our own headers begin with; those of Standard Webhooks begin with `webhook`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One event on its way to one endpoint. `data` holds ids; `sequence` is None for a test, which is in no feed."""

    event_id: UUID
    delivery_id: UUID
    type: str
    version: int
    sequence: int | None
    ordering_key: str
    occurred_at: datetime
    data: dict[str, Any]
    api_version: int = API_VERSION

    def body(self) -> str:
        """The JSON that is signed and sent: the same for every attempt. `cursor` goes on from here in the feed."""
        return orjson.dumps(
            {
                "type": self.type,
                "timestamp": self.occurred_at.isoformat(),
                "id": str(self.event_id),
                "version": self.version,
                "sequence": self.sequence,
                "ordering_key": self.ordering_key,
                "cursor": None if self.sequence is None else encode_cursor((self.sequence,)),
                "data": self.data,
            }
        ).decode()

    def headers(self, *, attempt: int) -> dict[str, str]:
        """What can be known without reading the body. The signature's own headers come on top."""
        headers = {
            "content-type": "application/json",
            f"{PREFIX}-delivery": str(self.delivery_id),
            f"{PREFIX}-attempt": str(attempt),
            f"{PREFIX}-event-type": self.type,
            f"{PREFIX}-ordering-key": self.ordering_key,
            f"{PREFIX}-api-version": str(self.api_version),
        }
        return headers if self.sequence is None else {**headers, f"{PREFIX}-sequence": str(self.sequence)}
