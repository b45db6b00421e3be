"""A command loads what it needs, so that it begins soon: most need neither the graph nor a server."""

import subprocess
import sys
from pathlib import Path

import pytest

from api.cli import PANELS

ROOT = Path(__file__).parents[2]
WITH_THE_GRAPH = {"up", "serve", "schema", "explain"}
WITHOUT = sorted({name for names in PANELS.values() for name in names} - WITH_THE_GRAPH)


@pytest.mark.parametrize(
    ("names", "spared"),
    [
        (WITHOUT, {"schema", "strawberry", "graphql", "starlette", "uvicorn"}),
        (["settings"], {"asyncpg", "tortoise", "community.database"}),
    ],
)
def test_a_command_loads_nothing_that_only_others_need(names: list[str], spared: set[str]):
    code = f"import sys; from api.cli import commands; [commands(name) for name in {names}]; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert spared & set(loaded.split()) == set()
