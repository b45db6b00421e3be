"""What an executor counts: who ran what, and what compiling took."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter


@dataclass(slots=True)
class Figures:
    """Counts since the executor was made."""

    compiled: int = 0
    """Operations that compiled code ran alone."""
    completed: int = 0
    """Those that graphql-core completed from what compiled code had resolved: several errors, or an unusual value."""
    reference: int = 0
    """Those that graphql-core ran alone: the operation is not compiled, or its variables are wrong."""
    forgotten: int = 0
    """Plans that were given up for later ones."""
    compile_seconds: float = 0.0
    """How long compiling took, of what came to nothing too."""

    @contextmanager
    def compiling(self) -> Iterator[None]:
        """Count how long the block takes."""
        begun = perf_counter()
        try:
            yield
        finally:
            self.compile_seconds += perf_counter() - begun
