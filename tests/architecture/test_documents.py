"""What is written for people points at things that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("api", "community", "schema", "tests")
PAGES = [
    ROOT / "README.md",
    *(page for folder in FOLDERS for page in sorted((ROOT / folder).rglob("*.md")) if "node_modules" not in page.parts),
]
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"(?<![\w-])make ([a-z]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_link_leads_somewhere(page: Path) -> None:
    assert [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_command_is_one_that_make_knows(page: Path) -> None:
    known = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    code = " ".join(re.findall(r"```.*?```|`[^`]+`", page.read_text(), re.DOTALL))
    assert set(COMMAND.findall(code)) <= known


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "community/decisions"
    index = (folder / "README.md").read_text()
    assert [record.name for record in folder.glob("0*.md") if f"({record.name})" not in index] == []


@pytest.mark.parametrize("package", ["schema", "tests"])
def test_a_file_that_a_table_explains_is_there(package: str) -> None:
    rows = re.findall(r"^\| `([\w/.]+\.py)`", (ROOT / package / "README.md").read_text(), re.MULTILINE)
    assert len(rows) > 3
    assert [file for file in rows if not (ROOT / package / file).exists()] == []


@pytest.mark.parametrize("folder", ["schema", "schema/execution"])
def test_the_kernel_of_the_graph_is_explained(folder: str) -> None:
    page = (ROOT / folder / "README.md").read_text()
    names = {file.name for file in (ROOT / folder).glob("*.py") if file.name != "__init__.py"}
    assert {name for name in names if f"`{name}`" not in page} == set()
