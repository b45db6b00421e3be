"""Tortoise on our pool: querysets use the same connections and the same transaction as SQL, with the same promises.

This module is also the engine that Tortoise's configuration names; Tortoise looks for `client_class` in it.
"""

import itertools
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from importlib.util import find_spec
from typing import Any, Protocol

from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import NestedTransactionContext, TransactionContext
from tortoise.connection import get_connections
from tortoise.log import db_client_logger

from community.areas import AREAS
from community.database.connections import Connection
from community.database.failures import TransactionMisused
from community.database.pool import Lease, the_pool

APP = "community"
CONNECTION = "default"
MIGRATIONS = "community.migrations"


def configuration() -> dict[str, Any]:
    """Tortoise's view of us: one app over the models of all areas, so that migrations know every dependency."""
    modules = [f"community.{area}.models" for area in AREAS]
    return {
        "connections": {CONNECTION: {"engine": __name__, "credentials": {}}},
        "apps": {
            APP: {
                "models": [module for module in modules if find_spec(module)],
                "default_connection": CONNECTION,
                "migrations": MIGRATIONS,
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


class Lender(Protocol):
    """Something with one connection, used in turns: a transaction."""

    def turn(self) -> AbstractAsyncContextManager[Connection]:
        """The connection, for one `async with`."""


class PooledClient(AsyncpgDBClient):
    """What querysets use outside of a transaction: any connection of the pool, for reading."""

    def acquire_connection(self) -> Lease:  # type: ignore[override]
        return the_pool().lease()

    def _in_transaction(self) -> TransactionContext:
        raise TransactionMisused("Writes need a transaction: call a service verb under @transaction().")

    async def create_connection(self, with_db: bool) -> None:
        """Nothing to do: the pool opens connections."""

    async def close(self) -> None:
        """Nothing to do: the pool closes connections."""


client_class = PooledClient


class TransactionClient(TransactionWrapper):
    """What querysets use inside a transaction: its connection."""

    def __init__(self, transaction: Lender) -> None:
        self.connection_name = CONNECTION
        self.fetch_inserted = True
        self.log = db_client_logger
        self._bound = transaction
        self._finalized = False

    def acquire_connection(self) -> AbstractAsyncContextManager[Connection]:  # type: ignore[override]
        return self._bound.turn()

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(Savepoint(self._bound))


class Savepoint(TransactionClient):
    """What `in_transaction()` inside a transaction means, as in `get_or_create` and `bulk_create`."""

    _names = itertools.count(1)

    def __init__(self, transaction: Lender) -> None:
        super().__init__(transaction)
        self._name = f"savepoint_{next(self._names)}"

    async def savepoint(self) -> None:
        await self.execute_script(f"SAVEPOINT {self._name}")

    async def release_savepoint(self) -> None:
        await self.execute_script(f"RELEASE SAVEPOINT {self._name}")
        self._finalized = True

    async def savepoint_rollback(self) -> None:
        await self.execute_script(f"ROLLBACK TO SAVEPOINT {self._name}")
        self._finalized = True

    begin = savepoint
    commit = release_savepoint
    rollback = savepoint_rollback


@contextmanager
def bound_to(transaction: Lender) -> Iterator[TransactionClient]:
    """Let this task's querysets run inside `transaction`."""
    client = TransactionClient(transaction)
    connections = get_connections()
    token = connections.set(CONNECTION, client)
    try:
        yield client
    finally:
        connections.reset(token)
