"""A CSV file, line by line: UTF-8, one record a line, so that a broken line breaks no other."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

LONGEST_LINE = 65_536
"""In bytes. A longer one is refused without being read into memory."""

BOM = b"\xef\xbb\xbf"

SEPARATORS = ",;\t"
"""What may stand between values: that which the header has most of."""


class UnusableFile(Exception):
    """Nothing of the file was read: it is no CSV in UTF-8, or a column is missing. The text says what helps."""


class BadLine(Exception):
    """A line that cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Record:
    """A line's values by column, or why it has none. Lines are counted from 1, the header among them."""

    number: int
    values: Mapping[str, str]
    flaw: str | None = None

    def __getitem__(self, column: str) -> str:
        """The value of a column that the file has."""
        return self.values[column]


def header_of(path: Path) -> list[str]:
    """The names of the columns. Raises UnusableFile."""
    names, _ = _header(path)
    return names


def _header(path: Path) -> tuple[list[str], str]:
    """The names of the columns, and what stands between values."""
    first = next(_lines(path), None)
    if first is None:
        raise UnusableFile(f"{path.name} is empty. The first line names the columns.")
    try:
        header = _decoded(first, 1, path)
        separator = max(SEPARATORS, key=header.count)
        names = [name.strip() for name in _split(header, separator)]
    except BadLine as error:
        raise UnusableFile(f"{path.name}: the first line {error}") from None
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise UnusableFile(f"{path.name} has the column {', '.join(doubled)} more than once.")
    return names, separator


def records_of(path: Path) -> Iterator[Record]:
    """Every line below the header, empty ones aside. Raises UnusableFile where a line is not UTF-8."""
    names, separator = _header(path)
    for number, line in enumerate(_lines(path), start=1):
        if number == 1 or not line.strip():
            continue
        try:
            values = _split(_decoded(line, number, path), separator)
            if len(values) != len(names):
                raise BadLine(f"has {len(values)} values; the header has {len(names)}")
            yield Record(number, dict(zip(names, values, strict=True)))
        except BadLine as flaw:
            yield Record(number, {}, str(flaw))


def _lines(path: Path) -> Iterator[bytes]:
    """The lines without their ends, whether LF or CRLF; of one that is too long, its beginning."""
    with path.open("rb") as file:
        if file.read(len(BOM)) != BOM:
            file.seek(0)
        while line := file.readline(LONGEST_LINE + 1):
            end = line
            while not end.endswith(b"\n") and (end := file.readline(LONGEST_LINE)):
                pass
            yield line.rstrip(b"\r\n")


def _decoded(line: bytes, number: int, path: Path) -> str:
    if len(line) > LONGEST_LINE:
        raise BadLine(f"is longer than {LONGEST_LINE:,} bytes")
    try:
        return line.decode()
    except UnicodeDecodeError:
        raise UnusableFile(f"{path.name}, line {number}: this is not UTF-8. Save the file as UTF-8 first.") from None


def _split(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator, strict=True))
    except (csv.Error, StopIteration):
        ends = "lines end with LF or CRLF" if "\r" in line else "what begins with a quote ends with one on its own line"
        raise BadLine(f"is not CSV: {ends}") from None
