"""A private PostgreSQL below one folder: started when a program needs it, shared, stopped with its last user."""

from api.postgres.errors import PostgresUnavailable
from api.postgres.server import PrivateServer

__all__ = ["PostgresUnavailable", "PrivateServer"]
