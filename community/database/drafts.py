"""Writing the next migration: what the models say beyond the last one, with a place for what only SQL can say."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tortoise.fields.base import Field
from tortoise.migrations.operations import AddField, CreateModel, Operation, RunSQL
from tortoise.migrations.writer import ImportManager, MigrationWriter

from community.database import orm
from community.database.migrations import missing, names

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
MAX_NAME = 60


class CannotDraft(Exception):
    """No migration was written; the message says why and what helps."""


async def write_next(name: str) -> Path:
    """Write the migration that brings the database from the last one to the models. Raises CannotDraft.

    Where it makes tables, it ends in SQL to fill in: constraints of new models are dropped silently by Tortoise.
    """
    _check(name)
    operations = await missing()
    if not operations:
        raise CannotDraft("The migrations make all that the models say. For SQL alone: make migration NAME=… SQL=yes")
    for operation in operations:
        _check_rows_can_stay(operation)
    if any(isinstance(operation, CreateModel) for operation in operations):
        operations.append(RunSQL([], []))
    return _write(name, operations)


async def write_sql(name: str) -> Path:
    """Write a migration of SQL alone, to fill in: an index, a constraint, a function. Raises CannotDraft."""
    _check(name)
    return _write(name, [RunSQL([], [])])


def _check(name: str) -> None:
    if not NAME.fullmatch(name) or len(name) > MAX_NAME:
        raise CannotDraft(
            f"{name!r} cannot name a migration: at most {MAX_NAME} small letters, digits and single underscores,"
            " as in bookmarks or posts_pinned_at. The number comes by itself."
        )


def _check_rows_can_stay(operation: Operation) -> None:
    field = operation.field if isinstance(operation, AddField) else None
    if isinstance(field, Field) and not (field.null or field.generated or field.has_db_default()):
        raise CannotDraft(
            f"{operation.describe()}: the rows that are there have no value for this column."
            " Give the field null=True or a db_default."
        )


def _write(name: str, operations: Iterable[Operation]) -> Path:
    last = names()[-1]
    number = int(last.partition("_")[0]) + 1
    return _Writer(
        f"{number:04d}_{name}",
        orm.APP,
        operations,
        dependencies=[(orm.APP, last)],
        migrations_module=orm.MIGRATIONS,
    ).write()


class _Writer(MigrationWriter):
    """Tortoise's writer, mended: primary keys said right, a first sentence, and a place for SQL."""

    def as_string(self) -> str:
        imports, definition, operations = super().as_string().partition("\nclass Migration")
        done = "; ".join(operation.describe() for operation in self.operations if not isinstance(operation, RunSQL))
        about = f'"""{done}, and what models cannot say."""' if done else '"""What models cannot say."""'
        return f"{about}\n\n{imports}" + (SQL if _has_sql(self.operations) else "") + f"\n{definition}{operations}"

    def _format_operation(self, operation: Operation, imports: ImportManager, *, indent: str) -> list[str]:
        if isinstance(operation, RunSQL):
            return [f"{indent}ops.RunSQL(FORWARD, BACKWARD),"]
        return super()._format_operation(operation, imports, indent=indent)

    def _render_field(self, field: Field[Any], imports: ImportManager) -> str:
        # Of a primary key Tortoise says too much for some fields and too little for others.
        call = super()._render_field(field, imports)
        if field.pk:
            call = call.replace(", unique=True, db_index=True", "")
        if field.pk and field.allows_generated and not field.generated:
            call = call.removesuffix(")") + ", generated=False)"
        return call


SQL = '''
FORWARD: list[str] = [
    """
    """,
]

BACKWARD: list[str] = [
    """
    """,
]
'''


def _has_sql(operations: Iterable[Operation]) -> bool:
    return any(isinstance(operation, RunSQL) for operation in operations)
