"""The packages are ours, although the registry has others of the same names."""

import importlib
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("api", "community", "schema")


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_resolves_to_ours(package: str):
    found = importlib.import_module(package).__file__
    assert found is not None
    assert Path(found) == ROOT / package / "__init__.py"


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_resolves_to_ours_from_any_folder(package: str, tmp_path: Path):
    where = [sys.executable, "-c", f"import {package}; print({package}.__file__)"]
    found = subprocess.run(where, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.strip()
    assert Path(found) == ROOT / package / "__init__.py"


def test_no_requirement_brings_a_package_of_these_names():
    pinned = {
        line.partition("==")[0] for line in (ROOT / "requirements-dev.txt").read_text().splitlines() if "==" in line
    }
    assert pinned.isdisjoint(PACKAGES)


def test_the_build_names_our_packages():
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    assert build["packages"]["find"]["include"] == [f"{package}*" for package in PACKAGES]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_and_hashed_and_names_no_registry(name: str):
    lines = (ROOT / name).read_text().replace("\\\n", "").splitlines()
    assert lines
    assert [line for line in lines if "==" not in line or "--hash=sha256:" not in line] == []
    assert [line for line in lines if "://" in line or line.startswith("-")] == []


def test_what_runs_is_also_what_is_tested():
    def pins(name: str) -> set[str]:
        return {line.split(" \\")[0] for line in (ROOT / name).read_text().splitlines() if "==" in line}

    assert pins("requirements.txt") <= pins("requirements-dev.txt")
