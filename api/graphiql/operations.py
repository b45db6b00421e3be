"""The documents of the page: what it sends by itself, and the examples it offers."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent.parent / "static"


@dataclass(frozen=True, slots=True)
class Example:
    """An operation the page offers: `name` is its tab's title, `about` one sentence, `variables` JSON text."""

    name: str
    about: str
    query: str
    variables: str | None = None


@cache
def own_examples() -> tuple[Example, ...]:
    """The examples in `static/examples`, in the order of their file names."""
    return tuple(_example(path) for path in sorted((STATIC / "examples").glob("*.graphql")))


@cache
def own_operations() -> dict[str, str]:
    """What the page itself sends, by name: signIn, refreshSession, signOut, viewer."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted((STATIC / "operations").glob("*.graphql"))}


def _example(path: Path) -> Example:
    """The example in a file: its first line is a comment that says what it is for, its variables are a JSON file."""
    query = path.read_text(encoding="utf-8")
    variables = path.with_suffix(".json")
    operation = re.search(r"^(?:query|mutation|subscription)\s+(\w+)", query, re.MULTILINE)
    return Example(
        name=operation[1] if operation else path.stem,
        about=query.partition("\n")[0].lstrip("# "),
        query=query,
        variables=variables.read_text(encoding="utf-8") if variables.exists() else None,
    )
