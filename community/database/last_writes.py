"""What a transaction writes last: rows that nobody inside it needs to see, all in one statement before COMMIT.

await database.write_last("insert into notes select * from json_populate_recordset(null::notes, {rows})", row)
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from community.database.connections import Connection
from community.database.rows import as_json

Row = dict[str, Any]


class LastWrites:
    """Rows by the statement that takes them, as a JSON array where it says `{rows}`. Rows keep their order."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[Row]] = {}

    def add(self, sql: str, rows: Iterable[Row]) -> None:
        """Let these rows wait. No two statements may change the same row."""
        self._waiting.setdefault(sql, []).extend(rows)

    async def send(self, connection: Connection) -> None:
        """Send what waits ahead of the next statement, whatever tables it is for: one statement, or none."""
        waiting, self._waiting = self._waiting, {}
        await send_together(connection, dict(sorted(waiting.items())))


async def send_together(connection: Connection, writes: Mapping[str, Sequence[Row]]) -> None:
    """Send all of these ahead of the next statement, as one; those without rows are none of it."""
    written = [(sql, rows) for sql, rows in writes.items() if rows]
    if not written:
        return
    *parts, last = (sql.format(rows=f"${place}::text::json") for place, (sql, _) in enumerate(written, start=1))
    before = ", ".join(f"part{place} as ({part})" for place, part in enumerate(parts, start=1))
    await connection.send(f"with {before} {last}" if before else last, *(as_json(rows) for _, rows in written))
