"""Lines of commission as a partner's accountants read them: CSV by RFC 4180, or JSON. Amounts in minor units."""

import csv
from collections.abc import Iterable, Mapping
from datetime import datetime
from io import StringIO
from typing import Any

import orjson

from community.kernel.words import Word

COLUMNS = ("number", "kind", "cause", "amount", "currency", "balance", "status", "recorded_at", "due_at")


class Format(Word):
    """How lines are written down."""

    CSV = "csv", "Comma-separated values with a heading, by RFC 4180."
    JSON = "json", "A JSON array of objects with the same names."


def export(lines: Iterable[Mapping[str, Any]], form: Format) -> str:
    """The lines, each by COLUMNS. Nothing in them was typed by anybody, so no cell can be a spreadsheet's formula."""
    rows = [{name: _plain(line[name]) for name in COLUMNS} for line in lines]
    if form is Format.JSON:
        return orjson.dumps(rows).decode()
    text = StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Word) else value
