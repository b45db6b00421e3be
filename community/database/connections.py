"""Our connections to PostgreSQL: statements are noted for who counts them, and some travel ahead of the next one.

PostgreSQL carries out what it is sent in that order, and answers once it comes to a Sync. asyncpg sends a Sync with
each statement and waits for the answer: a round trip, which costs both sides more than most statements do. What goes
ahead is put before the next statement, without a Sync of its own. Both are one message and have one answer: if the
first fails, nothing after it is carried out, and the next statement raises the error.
"""

from collections.abc import Sequence
from struct import Struct
from typing import Any

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

from community.database.counting import note
from community.database.failures import TransactionMisused

BEGIN = "BEGIN READ WRITE"
COMMIT = "COMMIT"

MAX_NAMED = 200
"""So many statements that went ahead are kept prepared on a connection."""


class Connection(asyncpg.Connection):  # type: ignore[misc]
    """Plain functions where asyncpg has coroutines: no coroutine more on the way."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._ahead: list[tuple[str, bytes]] = []
        self._named: dict[str, PreparedStatement] = {}
        self._awaits_answer = False
        self._has_begun = False

    def is_closed(self) -> bool:
        # asyncpg hears of it a moment after the socket is gone. Who writes to it meanwhile is no mistake of ours.
        return self._aborted or not self._protocol.is_connected() or self._transport.is_closing()

    def begin(self) -> None:
        """BEGIN, ahead of the first statement."""
        self._ahead = [(BEGIN, _BEGIN)]
        self._has_begun = False

    async def send(self, sql: str, *texts: str | None) -> None:
        """Carry out a statement ahead of the next one. It returns no rows; PostgreSQL reads its arguments as text."""
        statement = await self._prepared(sql)
        if statement.get_attributes():
            raise TransactionMisused("What goes ahead returns no rows: nobody would read them.")
        self._ahead.append((sql, _run(statement.get_name(), texts)))

    async def commit(self) -> str:
        """COMMIT, after what is ahead; PostgreSQL's answer. Where nothing was ever sent there is nothing to commit."""
        if not self._has_begun and [sql for sql, _ in self._ahead] == [BEGIN]:
            self._ahead.clear()
            return COMMIT
        answer: str = await self.execute(COMMIT)
        self._has_begun = False
        return answer

    async def roll_back(self) -> None:
        """ROLLBACK, and forget what is ahead."""
        self._ahead.clear()
        if self._has_begun:
            await self.execute("ROLLBACK")
            self._has_begun = False

    def answered(self, error: BaseException | None) -> None:
        """The last statement is over. Where no answer came to what went ahead of it, nobody can use the connection."""
        if self._awaits_answer and error is not None and not _is_an_answer(error):
            self.terminate()
        self._awaits_answer = False

    def execute(self, query: str, *args: Any, **options: Any) -> Any:
        # Without arguments asyncpg sends what PostgreSQL would pass over, with no answer, if what is ahead fails.
        if self._ahead and not args:
            return self._execute_prepared(query)
        self._set_off(query)
        return super().execute(query, *args, **options)

    def executemany(self, command: str, args: Any, **options: Any) -> Any:
        self._set_off(command)
        return super().executemany(command, args, **options)

    def fetch(self, query: str, *args: Any, **options: Any) -> Any:
        self._set_off(query)
        return super().fetch(query, *args, **options)

    def fetchrow(self, query: str, *args: Any, **options: Any) -> Any:
        self._set_off(query)
        return super().fetchrow(query, *args, **options)

    def fetchval(self, query: str, *args: Any, **options: Any) -> Any:
        self._set_off(query)
        return super().fetchval(query, *args, **options)

    async def _execute_prepared(self, query: str) -> str:
        statement = await self._prepared(query)
        self._set_off(query)
        await statement.fetch()
        return str(statement.get_statusmsg())

    async def _prepared(self, sql: str) -> PreparedStatement:
        if sql not in self._named:
            if len(self._named) >= MAX_NAMED:
                self._named.clear()
            self._set_off()  # a transaction begins before anything in it is prepared
            self._named[sql] = await self.prepare(sql)
        return self._named[sql]

    def _set_off(self, query: str | None = None) -> None:
        if self._ahead:
            self._check_open()
            self._transport.write(b"".join(messages for _, messages in self._ahead))
            self._awaits_answer = self._has_begun = True
            for sql, _ in self._ahead:
                note(sql)
            self._ahead.clear()
        if query is not None:
            note(query)


def _is_an_answer(error: BaseException) -> bool:
    """Whether the server said so. asyncpg raises some of the same errors by itself, before it sends anything."""
    return isinstance(error, asyncpg.PostgresError) and error.severity is not None


def _run(name: str, texts: Sequence[str | None] = ()) -> bytes:
    """The messages Bind and Execute: run a prepared statement with these arguments, all of them as text."""
    arguments = b"".join([_NULL if text is None else _sized(text.encode()) for text in texts])
    bind = b"\0" + name.encode() + b"\0" + _int16(0) + _int16(len(texts)) + arguments + _int16(0)
    return _message(b"B", bind) + _message(b"E", b"\0" + _int32(0))


def _parse(sql: str) -> bytes:
    """The message Parse, for the statement that has no name."""
    return _message(b"P", b"\0" + sql.encode() + b"\0" + _int16(0))


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + _int32(len(body) + 4) + body


def _sized(value: bytes) -> bytes:
    return _int32(len(value)) + value


_int16 = Struct("!H").pack
_int32 = Struct("!i").pack

_NULL = b"\xff\xff\xff\xff"
"""The size of no value."""

_BEGIN = _parse(BEGIN) + _run("")
