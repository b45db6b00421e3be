"""What a transaction writes last: rows that nobody inside it needs to see, all in one statement before COMMIT.

NOTES = database.into("notes", "id uuid, text text")
database.write_last(NOTES, [{"id": ids.new_id(), "text": "a"}])
"""

from collections.abc import Iterable, Mapping, Sequence

from community.database.connections import Connection
from community.database.writings import Row, Writing, together


class LastWrites:
    """Rows by the statement that takes them. Rows keep their order."""

    def __init__(self) -> None:
        self._waiting: dict[Writing, list[Row]] = {}

    def add(self, writing: Writing, rows: Iterable[Row]) -> None:
        """Let these rows wait. No two statements may change the same row."""
        self._waiting.setdefault(writing, []).extend(rows)

    async def send(self, connection: Connection) -> None:
        """Send what waits ahead of the next statement, whatever tables it is for: one statement, or none."""
        waiting, self._waiting = self._waiting, {}
        # In an order that all transactions agree on.
        await send_together(connection, {each: waiting[each] for each in sorted(waiting, key=lambda each: each.sql)})


async def send_together(connection: Connection, writes: Mapping[Writing, Sequence[Row]]) -> None:
    """Send all of these ahead of the next statement, as one; those without rows are none of it."""
    written = [(writing, rows) for writing, rows in writes.items() if rows]
    if written:
        sql, arguments = together(written)
        await connection.send(sql, *arguments)
