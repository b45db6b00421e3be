"""What was announced about a subject, for tests of verbs."""

from typing import Any
from uuid import UUID

import orjson

from community import database


async def announced(subject_id: UUID) -> list[dict[str, Any]]:
    """The facts about it, each as its type and its fields, in order."""
    rows = await database.fetch(
        "select type, payload::text as payload from outbox_fact where subject_id = $1 order by arrival", subject_id
    )
    return [{"type": row["type"], **orjson.loads(row["payload"])} for row in rows]
