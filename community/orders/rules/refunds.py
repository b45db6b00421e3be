"""What a refund comes to: an amount, lines, or all that is left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from community.orders import errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """A line of an order, and how many of it have come back."""

    position: int
    quantity: int
    unit_amount: int
    returned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """What an order came to, what of it went back, and its lines."""

    amount: int
    refunded: int
    lines: Sequence[Bought]

    @property
    def left(self) -> int:
        """What can still go back."""
        return self.amount - self.refunded


def amount_of(paid: Paid, *, amount: int | None, returns: Mapping[int, int]) -> int:
    """What goes back: `amount`, or what the returned quantities by line position come to, or else all that is left.

    Raises InvalidRefundAmount, InvalidReturn, RefundTooLarge.
    """
    if amount is not None and returns:
        raise errors.InvalidRefundAmount(paid.left)
    asked = _worth(paid, returns) if returns else paid.left if amount is None else amount
    if asked > paid.left or paid.left == 0:
        raise errors.RefundTooLarge(asked=asked, left=paid.left)
    if asked <= 0:
        raise errors.InvalidRefundAmount(paid.left)
    return asked


def _worth(paid: Paid, returns: Mapping[int, int]) -> int:
    """The share of these lines in what was paid. All lines together, in whatever parts, come to exactly that."""
    bought = {line.position: line for line in paid.lines}
    for position, quantity in returns.items():
        line = bought.get(position)
        returnable = line.quantity - line.returned if line else 0
        if not 0 < quantity <= returnable:
            raise errors.InvalidReturn(position=position, returnable=returnable)
    whole = sum(line.quantity * line.unit_amount for line in paid.lines)
    before = sum(line.returned * line.unit_amount for line in paid.lines)
    after = before + sum(quantity * bought[position].unit_amount for position, quantity in returns.items())
    return (paid.amount * after // whole - paid.amount * before // whole) if whole else 0
