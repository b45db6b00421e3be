"""Every area has the same rooms under the same names, in every package, and one list names them all."""

import ast
import re
from pathlib import Path

import pytest

from community.areas import AREAS
from schema.root import of_all_areas

ROOT = Path(__file__).parents[2]
ROOMS = {
    "community": {"models", "rules", "queries", "service", "policy", "facts", "errors", "handlers", "jobs"},
    "schema": {"enums", "types", "problems", "queries", "mutations", "subscriptions"},
}
ROOMS_OF_THEIR_OWN = {
    "community/access": {"passwords", "revocations", "secrets", "signing", "tokens"},
    "community/content": {"storage"},
    "community/engagement": {"recorder"},
    "community/outbox": {
        *("broadcast", "hearing", "live", "patience", "queue", "relay", "scheduling", "tail", "wake", "worker"),
    },
    "community/referrals": {"directory", "recorder", "spool", "tokens", "traces"},
    "community/quota": {"leases", "valkey", "windows"},
    "community/webhooks": {"dispatcher", "secrets", "sender"},
    "schema/access": {"devices"},
    "schema/content": {"inputs"},
    "schema/campaigns": {"plans"},
    "schema/engagement": {"inputs", "programmes"},
    "schema/entitlements": {"inputs"},
    "schema/orders": {"inputs"},
    "schema/tiers": {"programmes"},
}
"""The machinery below the product, and kinds that several types of one area share. A new one is worth a talk first."""

NO_AREAS = {"community": {"database", "kernel", "migrations"}, "schema": {"execution"}}


@pytest.mark.parametrize("package", ROOMS)
def test_every_folder_is_an_area_of_the_list(package: str) -> None:
    strangers = {folder.name for folder in packages_in(ROOT / package)} - set(AREAS) - NO_AREAS[package]
    assert strangers == set(), "an area has a line in community/areas.py"


@pytest.mark.parametrize("area", AREAS)
def test_an_area_has_the_rooms_that_all_areas_have(area: str) -> None:
    for package, rooms in ROOMS.items():
        known = rooms | ROOMS_OF_THEIR_OWN.get(f"{package}/{area}", set())
        strangers = rooms_of(ROOT / package / area) - known
        assert strangers == set(), f"{package}/{area} may have: {', '.join(sorted(known))}"


@pytest.mark.parametrize("area", AREAS)
def test_an_area_says_in_a_sentence_what_it_is(area: str) -> None:
    sentence = ast.get_docstring(ast.parse((ROOT / "community" / area / "__init__.py").read_text()))
    assert sentence, f"community/{area}/__init__.py opens with a sentence"
    assert sentence.endswith(".")


@pytest.mark.parametrize("area", AREAS)
def test_an_area_is_tested_in_a_folder_of_its_own(area: str) -> None:
    for package in ROOMS:
        if (ROOT / package / area).exists() and area not in SHOWN_BY_OTHERS.get(package, ()):
            folder = ROOT / "tests" / package / area
            assert list(folder.glob("test_*.py")), f"tests/{package}/{area} has no tests"


SHOWN_BY_OTHERS = {"schema": {"idempotency"}}
"""What has no root field of its own is tested where it is used."""


def test_the_readme_lists_the_areas_from_top_to_bottom() -> None:
    rows = re.findall(r"^\| \[(\w+)\]\((\w+)/\) \| .+ \|$", (ROOT / "community/README.md").read_text(), re.MULTILINE)
    assert [name for name, _ in rows] == [*reversed(AREAS), "kernel"], (
        "community/README.md has one row for each line of community/areas.py, upside down"
    )
    assert [name for name, folder in rows if name != folder] == []


def test_every_package_of_tests_can_be_imported() -> None:
    folders = {file.parent for file in (ROOT / "tests").rglob("*.py") if "node_modules" not in file.parts}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


@pytest.mark.parametrize("kind", ["Queries", "Mutations", "Subscriptions"])
def test_the_graph_finds_the_roots_of_every_area(kind: str) -> None:
    found = {root.__module__.split(".")[1] for root in of_all_areas(kind)}
    assert found == {area for area in AREAS if kind.lower() in rooms_of(ROOT / "schema" / area)}
    assert "posts" in found


def packages_in(folder: Path) -> set[Path]:
    return {file.parent for file in folder.glob("*/__init__.py")}


def rooms_of(area: Path) -> set[str]:
    """The modules and folders of modules of an area."""
    return {path.stem for path in [*area.glob("*.py"), *packages_in(area)]} - {"__init__"}
