"""What is built holds all that runs, and what builds it exists: the wheel, the image, the Makefile."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from api.cli import PANELS

ROOT = Path(__file__).parents[2]
PACKAGES = ("api", "community", "schema")
NOT_TO_RUN = (".md", ".gitattributes")
SOURCES_OF_BUILT_FILES = "api/graphiql-src/"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in the wheel, built from a copy of what is committed or about to be."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("built")
    for name in tracked("pyproject.toml", "README.md", *PACKAGES):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((ROOT / name).read_bytes())
    options = ("--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--quiet")
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", built, source], check=True)
    return set(zipfile.ZipFile(next(built.glob("*.whl"))).namelist())


def test_the_wheel_holds_everything_but_pages_for_people_and_sources_of_built_files(wheel: set[str]):
    wanted = {
        name
        for name in tracked(*PACKAGES)
        if not name.endswith(NOT_TO_RUN) and not name.startswith(SOURCES_OF_BUILT_FILES)
    }
    assert wanted - wheel == set()


def test_the_wheel_brings_no_tests(wheel: set[str]):
    assert {name.partition("/")[0] for name in wheel if not name.startswith("hourglass-")} == set(PACKAGES)


def test_the_image_copies_what_exists_and_is_not_ignored():
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    names = [name for line in copied for name in line.split()]
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert names
    assert [name for name in names if not (ROOT / name).exists() or name not in let_in] == []


def test_the_image_runs_commands_that_exist():
    dockerfile = (ROOT / "Dockerfile").read_text()
    commands = {name for names in PANELS.values() for name in names}
    shown = set(re.findall(r"^# .* hourglass (\w+)$", dockerfile, re.MULTILINE))
    assert 'ENTRYPOINT ["hourglass"]' in dockerfile
    assert {"worker", "migrate"} <= shown <= commands
    assert re.search(r'^CMD \["(\w+)"\]$', dockerfile, re.MULTILINE)[1] in commands  # type: ignore[index]


def test_the_image_does_not_run_as_root():
    last_stage = (ROOT / "Dockerfile").read_text().rpartition("FROM ")[2]
    assert "USER hourglass" in last_stage
    assert last_stage.index("USER hourglass") < last_stage.index("ENTRYPOINT")


@pytest.mark.parametrize("page", ["README.md", "community/README.md", "Makefile"])
def test_every_make_target_that_is_named_exists(page: str):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)", (ROOT / page).read_text()))
    assert named <= targets


@pytest.mark.parametrize(
    ("python", "complaint"),
    [("", "Hourglass needs Python 3.11 or newer"), ("false", "apt-get install python3-venv")],
)
def test_make_says_what_is_missing(python: str, complaint: str, tmp_path: Path):
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    made = subprocess.run(
        ["make", "run", f"PYTHON={python}"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert made.returncode != 0
    assert complaint in made.stderr


def tracked(*places: str) -> list[str]:
    """Files below these places that git knows or would be told of."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *places]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    return [name for name in names if name and (ROOT / name).exists()]
