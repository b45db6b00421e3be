"""How often, and how long apart, something that failed is tried again."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Patience:
    """`attempts` in all; the pause doubles from `first_pause` up to `longest_pause`. Then it is parked."""

    attempts: int = 10
    first_pause: timedelta = timedelta(seconds=1)
    longest_pause: timedelta = timedelta(hours=1)


DEFAULT = Patience()
"""Ten attempts over about eight and a half minutes."""
