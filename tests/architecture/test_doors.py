"""Things that have one door: writing, announcing after a commit, and asking the time."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOMAIN = sorted(path for package in ("community", "schema") for path in (ROOT / package).rglob("*.py"))
AREAS = [path for path in DOMAIN if not path.is_relative_to(ROOT / "community/database")]


def test_only_a_service_opens_a_transaction():
    assert [place for place in users_of("transaction", AREAS) if not is_service(place)] == []


def test_only_the_outbox_waits_for_the_commit():
    assert [place for place in users_of("after_commit", AREAS) if "community/outbox/" not in place] == []


@pytest.mark.parametrize("question", ["now", "utcnow", "today"])
def test_only_the_clock_asks_the_time(question: str):
    asked = [place for place in users_of(question, DOMAIN, of=("datetime", "date")) if "kernel/clock.py" not in place]
    assert asked == []


def test_a_use_is_found_however_it_was_imported(tmp_path: Path):
    source = tmp_path / "planted.py"
    source.write_text("from community.database import transaction\n@transaction()\nasync def write(): ...\n")
    assert len(list(users_of("transaction", [source]))) == 1
    source.write_text("from community import database\n@database.transaction()\nasync def write(): ...\n")
    assert len(list(users_of("transaction", [source]))) == 1


def users_of(name: str, files: list[Path], *, of: tuple[str, ...] = ("database",)) -> Iterator[str]:
    """Each place, as `path:line`, that imports `name` or reaches it as an attribute of one of the modules in `of`."""
    for path in files:
        for used, owner, line in uses_in(path.read_text()):
            if used == name and (owner is None or owner.endswith(of)):
                yield f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}:{line}"


@cache
def uses_in(source: str) -> list[tuple[str, str | None, int]]:
    """Names that are imported from somewhere, and attributes with the name before the dot; and their lines."""
    found: list[tuple[str, str | None, int]] = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ImportFrom():
                found += [(alias.name, None, node.lineno) for alias in node.names]
            case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner)):
                found.append((node.attr, owner, node.lineno))
    return found


def is_service(place: str) -> bool:
    return "/service.py:" in place or "/service/" in place
