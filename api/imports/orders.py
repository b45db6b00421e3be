"""Orders in a CSV file: what each line says, and bringing them in."""

import asyncio
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from api.imports.csv_files import BadLine, Record, UnusableFile, header_of, records_of
from community.access.policy import SYSTEM
from community.kernel.errors import OutcomeUnknown, Problem, TooBusy
from community.members.rules import EXTERNAL_ID_MAX
from community.orders import service as orders
from community.orders.errors import InvalidOrder
from community.orders.rules.drafts import (
    EARLIEST,
    LARGEST_AMOUNT,
    LARGEST_QUANTITY,
    LONGEST_EXTERNAL_ID,
    LONGEST_NAME,
    LONGEST_SKU,
    CustomerDraft,
    Line,
)
from community.settings import Settings

NEEDED = {"customer": "customer_id", "date": "date", "amount": "amount"}
OPTIONAL = {"quantity": "quantity", "id": "order_id", "sku": "sku", "name": "name"}
"""What is read, and the column it is in unless somebody says otherwise."""

AMOUNT = re.compile(r"(-?)([0-9]{1,18})(?:\.([0-9]{1,18}))?", re.ASCII)
QUANTITY = re.compile(r"[0-9]{1,9}", re.ASCII)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)

AT_ONCE = 2
"""How many batches are under way: while the database writes one, the next is made ready."""

ATTEMPTS = 10
"""How often a batch is tried while the database is away or somebody else works on the same orders: again is safe."""

USABLE = {
    "customer": ("customer", f"write 1 to {EXTERNAL_ID_MAX} visible characters"),
    "externalId": ("id", f"write 1 to {LONGEST_EXTERNAL_ID} visible characters"),
    "placedAt": ("date", f"write {EARLIEST:%Y-%m-%d} or later"),
    "quantity": ("quantity", f"write a whole number from 1 to {LARGEST_QUANTITY:,}"),
    "unitAmount": ("amount", f"an order amounts to at most {LARGEST_AMOUNT:,} of the smallest unit, such as cents"),
    "sku": ("sku", f"write 1 to {LONGEST_SKU} letters, digits and signs, without spaces"),
    "name": ("name", f"write 1 to {LONGEST_NAME} visible characters"),
}
"""For each field of an order that a file fills: what it is filled from, and what can be used there."""

Batch = list[tuple[int, CustomerDraft | BadLine]]
"""Lines by their numbers, each an order or the reason why it is none."""

Answers = dict[int, orders.Answer]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file says what we need: columns by what is in them, where its ids come from, our money and our zone."""

    columns: Mapping[str, str]
    source: str
    currency: str
    currency_digits: int
    zone: ZoneInfo

    @classmethod
    def of(cls, path: Path, settings: Settings, *, source: str, columns: Mapping[str, str]) -> "Layout":
        """The layout of this file; `columns` says where something is not in the usual one. Raises UnusableFile."""
        header = header_of(path)
        wanted = {**NEEDED, **{what: name for what, name in OPTIONAL.items() if name in header}, **columns}
        if missing := {what: name for what, name in wanted.items() if name not in header}:
            what, name = next(iter(missing.items()))
            raise UnusableFile(
                f"{path.name} has no column {name}, which should hold the {what}. It has {', '.join(header)}."
                f" Name the right one: --map {what}=…"
            )
        return cls(wanted, source, settings.currency, settings.currency_digits, ZoneInfo(settings.time_zone))


@dataclass(frozen=True, slots=True)
class Survey:
    """What a file holds: how many records, and when the last order was placed."""

    records: int
    last: datetime | None

    def days_to(self, now: datetime, zone: ZoneInfo) -> int:
        """By how many days to move all orders so that the last one is of today, and not of the future."""
        if self.last is None:
            return 0
        last = self.last.astimezone(zone)
        days = (now.astimezone(zone).date() - last.date()).days
        return days if last + timedelta(days=days) <= now else days - 1


@dataclass(slots=True)
class Outcome:
    """What became of the lines so far."""

    imported: int = 0
    repeated: int = 0
    refused: int = 0

    def add(self, batch: Batch, answers: Answers, refuse: Callable[[int, BadLine | Problem], None]) -> None:
        """Count a batch, and tell which of its lines are no orders."""
        for number, found in batch:
            flaw = found if isinstance(found, BadLine) else answers[number].problem
            if flaw:
                refuse(number, flaw)
                self.refused += 1
            elif answers[number].is_repeat:
                self.repeated += 1
            else:
                self.imported += 1


def survey(path: Path, layout: Layout, now: datetime) -> Survey:
    """Read the whole file once and keep nothing. What is of the future is not the last. Raises UnusableFile."""
    records, last = 0, None
    for record in records_of(path):
        records += 1
        with suppress(BadLine):
            placed_at = _instant(_value(record, layout, "date"), layout.zone)
            if placed_at <= now:
                last = max(placed_at, last or placed_at)
    return Survey(records, last)


async def bring_in(
    path: Path,
    layout: Layout,
    *,
    days: int = 0,
    refuse: Callable[[int, str], None],
    advance: Callable[[int], None],
) -> Outcome:
    """Record every order of the file, moved by so many days. Cut off anywhere and begun again, it goes on.

    `refuse` is told the number of each line that is no order, and why; `advance` how many more lines are done.
    """
    outcome = Outcome()
    batches = _batches(_orders(path, layout, days))
    under_way: deque[tuple[Batch, asyncio.Task[Answers]]] = deque()
    try:
        while (batch := next(batches, [])) or under_way:
            if batch:
                under_way.append((batch, asyncio.create_task(_record(batch))))
            if len(under_way) == AT_ONCE or not batch:
                done, task = under_way.popleft()
                outcome.add(done, await task, lambda number, flaw: refuse(number, _told(flaw, layout)))
                advance(len(done))
    finally:
        for _, task in under_way:
            task.cancel()
    return outcome


def _told(flaw: BadLine | Problem, layout: Layout) -> str:
    """What is wrong with a line, for somebody who has a file: by its columns, not by the fields of an order."""
    if not isinstance(flaw, InvalidOrder):
        return str(flaw)
    what, needed = USABLE[flaw.field]
    if what not in layout.columns:
        # An order without an id of its own is named after its customer.
        what, needed = USABLE["customer"]
    return f"the column {layout.columns[what]} holds what cannot be used: {needed}"


def _batches(lines: Iterator[tuple[int, CustomerDraft | BadLine]]) -> Iterator[Batch]:
    """Parts of the file, cut between two customers where they are together: those under way at once wait for nobody."""
    held: Batch = []
    while batch := held + list(islice(lines, orders.BATCH - len(held))):
        cut = len(batch)
        if cut == orders.BATCH:
            last = _customer(batch[-1][1])
            cut = max((place for place, (_, found) in enumerate(batch, 1) if _customer(found) != last), default=cut)
        held = batch[cut:]
        yield batch[:cut]


def _customer(found: CustomerDraft | BadLine) -> str | None:
    return found.customer if isinstance(found, CustomerDraft) else None


async def _record(batch: Batch) -> Answers:
    """What became of the orders in a batch, by their lines."""
    drafts = {number: found for number, found in batch if isinstance(found, CustomerDraft)}
    for attempt in range(1, ATTEMPTS):
        try:
            return dict(zip(drafts, await orders.import_batch(SYSTEM, list(drafts.values())), strict=True))
        except (TooBusy, OutcomeUnknown):
            await asyncio.sleep(0.1 * attempt)
    return dict(zip(drafts, await orders.import_batch(SYSTEM, list(drafts.values())), strict=True))


@dataclass(slots=True)
class _Names:
    """Names for orders that have none: the customer, the day as the file writes it, and which one of that day it is.

    They come from what is in the file alone, so the same file always gives the same names, wherever it was cut off.
    """

    seen: Counter[tuple[str, str]] = field(default_factory=Counter)

    def next(self, customer: str, day: str) -> str:
        """The name of the customer's next order of that day."""
        self.seen[customer, day] += 1
        return f"{customer}/{day}/{self.seen[customer, day]}"


def _orders(path: Path, layout: Layout, days: int) -> Iterator[tuple[int, CustomerDraft | BadLine]]:
    names = _Names()
    for record in records_of(path):
        try:
            yield record.number, _order(record, layout, names, timedelta(days=days))
        except BadLine as flaw:
            yield record.number, flaw


def _order(record: Record, layout: Layout, names: _Names, moved: timedelta) -> CustomerDraft:
    customer, day = _value(record, layout, "customer"), _value(record, layout, "date")
    named = names.next(customer, day)
    amount = _amount(_value(record, layout, "amount"), layout)
    return CustomerDraft(
        customer=customer,
        source=layout.source,
        external_id=_value(record, layout, "id") if "id" in layout.columns else named,
        currency=layout.currency,
        lines=_lines(record, layout, amount),
        placed_at=_moved(_instant(day, layout.zone), moved),
    )


def _moved(instant: datetime, moved: timedelta) -> datetime:
    """The same time of another day. Raises BadLine where the calendar ends."""
    try:
        return instant + moved
    except OverflowError:
        raise BadLine(f"there is no date so long after {instant.date()}") from None


def _lines(record: Record, layout: Layout, amount: int) -> tuple[Line, ...]:
    """The amount over the quantity. Where it does not divide, some cost one minor unit more than the others."""
    sku = _value(record, layout, "sku") if "sku" in layout.columns else "import"
    name = _value(record, layout, "name") if "name" in layout.columns else "Imported order"
    text = _value(record, layout, "quantity") if "quantity" in layout.columns else "1"
    if not QUANTITY.fullmatch(text) or int(text) == 0:
        raise BadLine(f"{text} is no quantity: a whole number from 1 on is needed")
    each, dearer = divmod(amount, int(text))
    shares = ((dearer, each + 1), (int(text) - dearer, each))
    return tuple(Line(sku=sku, name=name, quantity=count, unit_amount=unit) for count, unit in shares if count)


def _value(record: Record, layout: Layout, what: str) -> str:
    if record.flaw is not None:
        raise BadLine(record.flaw)
    value = record[layout.columns[what]].strip()
    if not value:
        raise BadLine(f"has nothing in the column {layout.columns[what]}")
    return value


def _amount(text: str, layout: Layout) -> int:
    """Minor units. Raises BadLine."""
    found = AMOUNT.fullmatch(text)
    if found is None:
        raise BadLine(f"{text} is no amount: digits are needed, and a point before {layout.currency_digits} of them")
    sign, whole, rest = found[1], found[2], (found[3] or "").rstrip("0")
    if len(rest) > layout.currency_digits:
        raise BadLine(f"{text} has more digits after the point than {layout.currency} has")
    amount = int(whole + rest.ljust(layout.currency_digits, "0"))
    if sign and amount:
        raise BadLine(f"{text} is below zero: what went back is refunded, not ordered")
    return amount


def _instant(text: str, zone: ZoneInfo) -> datetime:
    """The beginning of a day in the programme's zone, or a time with a zone of its own. Raises BadLine."""
    try:
        if DAY.fullmatch(text):
            return datetime.combine(date.fromisoformat(text), time(), zone)
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            raise BadLine(f"{text} has no time zone: write 1997-01-31, or 1997-01-31T09:30+08:00")
        return instant.astimezone(zone)
    except (ValueError, OverflowError):
        raise BadLine(f"there is no date {text}") from None
