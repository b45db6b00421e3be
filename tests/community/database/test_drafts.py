"""Writing migrations: the next number makes what the models say, once, or nothing is written."""

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio

from community.database.drafts import CannotDraft, write_next, write_sql
from community.database.migrations import names
from tests.databases import RUN, WORKER, Databases

ROOT = Path(__file__).parents[3]
LAST = names()[-1]
NEXT = f"{int(LAST[:4]) + 1:04d}"

MODEL = '''

class Pet(Model):
    """An animal that somebody has."""

    id = fields.UUIDField(primary_key=True)
    member_id = fields.UUIDField()
    name = fields.CharField(max_length=50)

    class Meta:
        table = "members_pet"
'''
ONCE = "alter table members_pet add constraint members_pet_once unique (name)"
TWICE = """
import asyncio, asyncpg
from community import database

async def main():
    await database.migrate({url!r})
    connection = await asyncpg.connect({url!r})
    for _ in range(2):
        await connection.execute("insert into members_pet values (gen_random_uuid(), gen_random_uuid(), 'Mimi')")

asyncio.run(main())
"""
COLUMN = "    joined_at = fields.DatetimeField()\n"

_numbers = count(1)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """The models of members in a copy of the product, to change."""
    shutil.copytree(ROOT / "community", tmp_path / "community", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "community/members/models.py"


@pytest_asyncio.fixture
async def empty_url(run_databases: Databases) -> AsyncIterator[str]:
    name = f"hourglass_test_{RUN}_{WORKER}_draft{next(_numbers)}"
    yield await run_databases.create(name)
    await run_databases.drop(name)


def write(models: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Ask for a migration in the copy that `models` stands in."""
    return run(models, "-m", "community.migrations", *arguments)


def run(models: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=models.parents[2],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def written(models: Path) -> set[str]:
    """The migrations in the copy that are not in ours."""
    return {file.stem for file in (models.parents[1] / "migrations").glob("[0-9]*.py")} - set(names())


def test_a_new_model_gets_a_migration_that_makes_its_table_and_leaves_nothing_to_do(
    models: Path, empty_url: str
) -> None:
    models.write_text(models.read_text() + MODEL)
    done = write(models, "pets")
    assert done.returncode == 0, done.stderr
    file = Path(done.stdout.strip())
    text = file.read_text()
    assert file.name == f"{NEXT}_pets.py"
    assert text.startswith('"""Create model Pet')
    assert f"dependencies = [('community', '{LAST}')]" in text

    file.write_text(text.replace('"""\n    """', f'"{ONCE}"', 1))
    again = write(models, "pets")
    assert (again.returncode, "make all that the models say" in again.stderr) == (1, True)
    inserted = run(models, "-c", TWICE.format(url=empty_url))
    assert inserted.stderr.endswith(
        'violates unique constraint "members_pet_once"\nDETAIL:  Key (name)=(Mimi) already exists.\n'
    )


@pytest.mark.parametrize("name", ["", "Pets", "0009_pets", "pets!", "_pets", "pets__x", "../pets", "寵物", "p" * 61])
async def test_a_name_is_a_few_plain_words(name: str) -> None:
    with pytest.raises(CannotDraft, match="cannot name a migration"):
        await write_sql(name)
    with pytest.raises(CannotDraft, match="cannot name a migration"):
        await write_next(name)
    assert names()[-1] == LAST


def test_a_new_column_says_what_the_rows_there_shall_have(models: Path) -> None:
    models.write_text(models.read_text().replace(COLUMN, f"{COLUMN}    mood = fields.CharField(max_length=9)\n"))
    refused = write(models, "moods")
    assert (refused.returncode, written(models)) == (1, set())
    assert "mood" in refused.stderr
    assert "null=True or a db_default" in refused.stderr

    models.write_text(models.read_text().replace("max_length=9", "max_length=9, db_default='calm'"))
    assert write(models, "moods").returncode == 0
    assert written(models) == {f"{NEXT}_moods"}


def test_a_docstring_is_no_reason_for_a_migration(models: Path) -> None:
    models.write_text(models.read_text().replace('"""Somebody who joined', '"""Somebody who once joined'))
    refused = write(models, "words")
    assert "make all that the models say" in refused.stderr


def test_sql_alone_gets_the_next_number_too(models: Path) -> None:
    assert write(models, "--sql", "handles_by_day").returncode == 0
    assert written(models) == {f"{NEXT}_handles_by_day"}


def test_nothing_is_written_by_chance(models: Path) -> None:
    before = (models.parents[1] / "migrations/0001_initial.py").read_bytes()
    assert write(models).returncode == 2
    assert written(models) == set()
    assert (models.parents[1] / "migrations/0001_initial.py").read_bytes() == before
