"""What was announced, and letting it be heard: for tests of verbs and of handlers."""

from typing import Any
from uuid import UUID

import orjson

from community import database
from community.outbox import service as outbox
from community.outbox.hearing import hearers_of
from community.outbox.relay import load_areas


async def announced(subject_id: UUID) -> list[dict[str, Any]]:
    """The facts about it, each as its type and its fields, in order."""
    rows = await database.fetch(
        "select type, payload::text as payload from outbox_fact where subject_id = $1 order by arrival", subject_id
    )
    return [{"type": row["type"], **orjson.loads(row["payload"])} for row in rows]


async def everything_is_heard(*, by: str, times: int = 1) -> None:
    """Let the handlers of one area hear every fact, as often as a relay that was interrupted may."""
    load_areas()
    while await outbox.sequence():
        pass
    facts = await database.fetch("select id, type from outbox_fact order by sequence")
    for fact in facts * times:
        for hearer in hearers_of(fact["type"]):
            if hearer.name.startswith(f"{by}."):
                await outbox.hear(hearer, fact["id"])
