"""The executor could be a library of its own: it knows Strawberry and graphql-core, and nothing of ours."""

import ast
import sys
from pathlib import Path

import pytest

from schema import execution

FILES = sorted(Path(execution.__file__).parent.glob("*.py"))
KNOWN = {"graphql", "strawberry", *sys.stdlib_module_names}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_module_of_the_executor_imports_nothing_of_ours(file: Path) -> None:
    imported = {
        name
        for node in ast.walk(ast.parse(file.read_text()))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    others = {name for name in imported if name.split(".")[0] not in KNOWN}
    assert {name for name in others if not name.startswith("schema.execution")} == set()
