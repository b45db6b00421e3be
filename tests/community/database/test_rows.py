"""Rows on their way to PostgreSQL."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from asyncpg.pgproto.pgproto import UUID as FROM_POSTGRESQL

from community import database

ID = "01938a3e-0000-7000-8000-000000000001"


def test_rows_are_written_as_columns_read_them() -> None:
    rows = [
        {"id": UUID(ID), "hash": b"\x00\xff", "at": datetime(2026, 11, 22, tzinfo=UTC), "name": "好"},
        {"id": FROM_POSTGRESQL(ID)},
    ]
    first = f'{{"id":"{ID}","hash":"\\\\x00ff","at":"2026-11-22T00:00:00+00:00","name":"好"}}'
    assert database.as_json(row for row in rows) == f'[{first},{{"id":"{ID}"}}]'
    assert database.as_json([]) == "[]"


def test_what_no_column_could_mean_is_a_mistake() -> None:
    with pytest.raises(TypeError):
        database.as_json([{"amount": Decimal(1)}])
