"""The order of the house holds, and what breaks it is noticed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("api", "community", "schema")
CONTRACTS = ("tests/__init__.py", "tests/architecture/__init__.py", "tests/architecture/contracts.py")

PLANTED = {
    "api → schema → community": ("community/kernel/ids.py", "import schema.context"),
    "Areas use those below them": ("community/members/rules.py", "import community.posts.errors"),
    "Inside an area": ("community/members/models.py", "import community.members.service"),
    "Rows, hearers and jobs stay at home": ("community/posts/errors.py", "import community.members.models"),
    "Rules are pure": ("community/posts/rules/__init__.py", "import community.kernel.clock"),
    "The graph never touches rows or SQL": ("schema/scalars.py", "import community.database"),
    "The domain knows no request, no graph and no command line": ("community/access/errors.py", "import starlette"),
    "No cycles": ("community/kernel/errors.py", "import community.kernel.messages"),
}


def test_every_import_follows_the_contracts():
    report = lint(ROOT)
    assert report.returncode == 0, report.stdout


def test_an_import_against_each_contract_is_caught(house: Path):
    for file, line in PLANTED.values():
        with (house / file).open("a") as source:
            source.write(f"\n{line}\n")
    report = lint(house)
    assert report.returncode == 1
    assert [name for name in PLANTED if not is_broken(name, report.stdout)] == []


def test_a_room_that_has_no_place_in_the_order_is_caught(house: Path):
    (house / "community/attic").mkdir()
    (house / "community/attic/__init__.py").touch()
    report = lint(house).stdout
    assert is_broken("Areas use those below them", report)
    assert "community/areas.py" in report


def is_broken(contract: str, report: str) -> bool:
    return any(line.startswith(contract) and "BROKEN" in line for line in report.splitlines())


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=folder, env={"COLUMNS": "400"}, capture_output=True, text=True, check=False)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the three packages and their contracts, to plant things in."""
    for file in ("pyproject.toml", *CONTRACTS):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    for package in PACKAGES:
        only_python = shutil.ignore_patterns("__pycache__", "static", "*.csv")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=only_python)
    return tmp_path
