"""Where commands write: results to standard output, everything about them to standard error."""

from rich.console import Console

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def complain(message: str) -> None:
    """Say what is wrong, one line per complaint."""
    for line in message.splitlines():
        err.print(line, style="red", markup=False)


def note(message: str) -> None:
    """Say what was done."""
    err.print(message, markup=False)
