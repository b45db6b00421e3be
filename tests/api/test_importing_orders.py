"""`hourglass import orders`: what a file may hold, what is refused and how, and that it can be cut off anywhere."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from api.imports.csv_files import LONGEST_LINE, UnusableFile
from api.imports.orders import Layout, Outcome, bring_in, survey
from community import database as community_database
from community.access.policy import SYSTEM
from community.kernel import clock, ids
from community.kernel.pages import PageRequest
from community.ledger import service as ledger
from community.members import queries as members
from community.orders import queries
from community.orders.queries import LineView, OrderView
from community.settings import Settings
from tests.api.commands import Shell, ended, hourglass, start
from tests.databases import under_way
from tests.deadlines import eventually
from tests.servers import PATIENT

HEADER = "customer_id,date,amount\n"

Write = Callable[[str | bytes], Path]
Brought = tuple[Outcome, dict[int, str]]
"""What became of a file, and why which lines were refused."""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of orders."""

    def write(text: str | bytes) -> Path:
        path = tmp_path / "orders.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


async def bring(path: Path, *, shift: bool = False, columns: dict[str, str] | None = None, **settings: Any) -> Brought:
    """Import a file in this process."""
    layout = Layout.of(path, Settings(**settings), source="import", columns=columns or {})
    refused: dict[int, str] = {}
    days = survey(path, layout, clock.now()).days_to(clock.now(), layout.zone) if shift else 0
    outcome = await bring_in(path, layout, days=days, refuse=refused.__setitem__, advance=lambda _: None)
    return outcome, refused


async def orders_of(customer: str) -> list[OrderView]:
    """A customer's orders, the oldest first."""
    (member_id,) = (await members.by_external_ids([customer])).values()
    page = (await queries.orders_of(SYSTEM, [member_id], PageRequest.of(first=100)))[member_id]
    return list(page.items)[::-1]


async def lines_of(order: OrderView) -> list[LineView]:
    return (await queries.lines_of([order.id]))[order.id]


@pytest.mark.usefixtures("database")
class TestWhatAFileMayHold:
    async def test_each_line_is_an_order(self, write: Write) -> None:
        outcome, refused = await bring(write(HEADER + "0001,1997-01-01,29.33\n0002,1997-01-02,7\n"))
        assert (outcome, refused) == (Outcome(imported=2), {})
        (order,) = await orders_of("0001")
        assert (order.amount, order.currency, order.source) == (2_933, "USD", "import")
        assert order.placed_at == datetime(1997, 1, 1, tzinfo=UTC)

    async def test_several_orders_of_a_day_are_several(self, write: Write) -> None:
        path = write(HEADER + "1,1997-01-01,5\n1,1997-01-01,5\n1,1997-01-01,6\n2,1997-01-01,5\n")
        assert (await bring(path))[0] == Outcome(imported=4)
        assert [order.external_id for order in await orders_of("1")] == [f"1/1997-01-01/{n}" for n in (1, 2, 3)]

    async def test_the_same_file_again_changes_nothing_also_when_it_has_grown(self, write: Write) -> None:
        path = write(HEADER + "1,1997-01-01,5\n1,1997-01-01,5\n")
        assert [(await bring(path))[0] for _ in range(2)] == [Outcome(imported=2), Outcome(repeated=2)]
        grown = write(path.read_text() + "1,1997-01-01,5\n")
        assert (await bring(grown))[0] == Outcome(imported=1, repeated=2)

    async def test_a_line_that_was_corrected_is_not_a_second_order(self, write: Write) -> None:
        await bring(write(HEADER + "1,1997-01-01,5\n"))
        outcome, refused = await bring(write(HEADER + "1,1997-01-01,6\n"))
        assert outcome == Outcome(refused=1)
        assert "Another order was recorded as 1/1997-01-01/1" in refused[2]

    async def test_a_column_of_ids_names_the_orders(self, write: Write) -> None:
        await bring(write("order_id,customer_id,date,amount\nA-7,1,1997-01-01,5\n"))
        assert [order.external_id for order in await orders_of("1")] == ["A-7"]

    async def test_columns_may_be_called_otherwise(self, write: Write) -> None:
        path = write("cds,dollars,who,when\n3,10,1,1997-01-01\n")
        columns = {"amount": "dollars", "customer": "who", "date": "when", "quantity": "cds"}
        assert (await bring(path, columns=columns))[0] == Outcome(imported=1)

    async def test_an_amount_is_shared_out_to_the_last_cent(self, write: Write) -> None:
        await bring(write("customer_id,date,amount,quantity,sku,name\n1,1997-01-01,10.00,3,cd,Kind of Blue\n"))
        (order,) = await orders_of("1")
        lines = await lines_of(order)
        assert [(line.sku, line.name, line.quantity, line.unit_amount) for line in lines] == [
            ("cd", "Kind of Blue", 1, 334),
            ("cd", "Kind of Blue", 2, 333),
        ]

    async def test_what_costs_nothing_is_an_order(self, write: Write) -> None:
        assert await bring(write(HEADER + "1,1997-01-01,0.00\n")) == (Outcome(imported=1), {})

    @pytest.mark.parametrize(
        "text",
        [
            b"\xef\xbb\xbfcustomer_id,date,amount\r\n1,1997-01-01,5\r\n",
            b'"customer_id", date ,amount\n"1","1997-01-01","5"\n\n\n',
            b"customer_id,date,amount\n1,1997-01-01,5",
            b'customer_id,date,amount,note\n 1 ,1997-01-01,5,"a, b"\n',
            b"customer_id;date;amount;note\n1;1997-01-01;5;a, b\n",
            b"customer_id\tdate\tamount\n1\t1997-01-01\t5\n",
        ],
        ids=["BOM and CRLF", "spaces and empty lines", "no last newline", "commas inside", "semicolons", "tabs"],
    )
    async def test_however_it_was_saved(self, write: Write, text: bytes) -> None:
        assert await bring(write(text)) == (Outcome(imported=1), {})
        assert [order.amount for order in await orders_of("1")] == [500]

    async def test_a_header_alone_holds_no_orders(self, write: Write) -> None:
        assert await bring(write(HEADER)) == (Outcome(), {})

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("1,1997-02-30,5", "there is no date 1997-02-30"),
            ("1,30.06.1998,5", "there is no date 30.06.1998"),
            ("1,1997-01-01T09:30,5", "1997-01-01T09:30 has no time zone"),
            ("1,2999-01-01,5", "This order is from the future"),
            ("1,0001-01-01,5", "the column date holds what cannot be used: write 1970-01-01 or later"),
            ("1,0001-01-01T00:00+08:00,5", "there is no date 0001-01-01"),
            ("1,1997-01-01,-5", "-5 is below zero"),
            ("1,1997-01-01,5.005", "5.005 has more digits after the point than USD has"),
            ("1,1997-01-01,10000000000000", "the column amount holds what cannot be used: an order amounts to at most"),
            ("1,1997-01-01,9999999999999999999", "9999999999999999999 is no amount"),
            ("1,1997-01-01,five", "five is no amount"),
            ('1,1997-01-01,"1,000"', "1,000 is no amount"),
            ("1,1997-01-01,٥", "٥ is no amount"),
            ("1,1997-01-01,NaN", "NaN is no amount"),
            ("1,1997-01-01,", "has nothing in the column amount"),
            (",1997-01-01,5", "has nothing in the column customer_id"),
            ("1,1997-01-01", "has 2 values; the header has 3"),
            ("1,1997-01-01,5,6", "has 4 values; the header has 3"),
            ('1,"1997-01-01,5', "is not CSV: what begins with a quote ends with one on its own line"),
            ("1,1997-01-01,5\x00", "5\x00 is no amount"),
            ("c" * 65 + ",1997-01-01,5", "the column customer_id holds what cannot be used: write 1 to 64"),
            ("c\u200b,1997-01-01,5", "the column customer_id holds what cannot be used: write 1 to 64"),
            ("1,1997-01-01," + "5" * LONGEST_LINE, "is longer than 65,536 bytes"),
        ],
        ids=lambda text: text[:24],
    )
    async def test_a_bad_line_is_told_with_its_number_and_breaks_no_other(
        self, write: Write, line: str, reason: str
    ) -> None:
        outcome, refused = await bring(write(f"{HEADER}before,1997-01-01,5\n{line}\nafter,1997-01-01,5\n"))
        assert outcome == Outcome(imported=2, refused=1)
        assert list(refused) == [3]
        assert reason in refused[3]
        assert await community_database.fetch_value("select count(*) from members_member") == 2

    @pytest.mark.parametrize("column", ["bill", "article"])
    async def test_what_cannot_be_used_is_told_by_the_name_of_its_column(self, write: Write, column: str) -> None:
        values = {
            "customer_id": "1",
            "date": "1997-01-01",
            "amount": "5",
            "bill": "7",
            "article": "cd",
            column: "\u200b",
        }
        path = write(f"{','.join(values)}\n{','.join(values.values())}\n")
        _, refused = await bring(path, columns={"id": "bill", "sku": "article"})
        assert f"the column {column} holds what cannot be used" in refused[2]

    @pytest.mark.parametrize(("quantity", "is_fine"), [("1", True), ("0", False), ("-1", False), ("1.5", False)])
    async def test_a_quantity_is_a_whole_number(self, write: Write, quantity: str, is_fine: bool) -> None:
        outcome, _ = await bring(write(f"customer_id,date,amount,quantity\n1,1997-01-01,5,{quantity}\n"))
        assert outcome == (Outcome(imported=1) if is_fine else Outcome(refused=1))

    async def test_a_currency_without_cents_has_none(self, write: Write) -> None:
        path = write(HEADER + "1,1997-01-01,500\n1,1997-01-02,500.5\n")
        _, refused = await bring(path, currency_digits=0)
        assert refused == {3: "500.5 has more digits after the point than USD has"}
        assert [order.amount for order in await orders_of("1")] == [500]

    async def test_shifted_orders_end_today_and_keep_their_distances(self, write: Write) -> None:
        path = write(HEADER + "1,1997-01-01,5\n1,1998-06-30,5\n")
        await bring(path, shift=True)
        first, last = await orders_of("1")
        assert last.placed_at == datetime.combine(clock.now().date(), datetime.min.time(), UTC)
        assert last.placed_at - first.placed_at == timedelta(days=545)

    async def test_a_date_of_the_future_shifts_nobody(self, write: Write) -> None:
        path = write(HEADER + "1,1998-06-30,5\n2,2999-01-01,5\n3,9999-12-31,5\n")
        outcome, refused = await bring(path, shift=True)
        assert (outcome, list(refused)) == (Outcome(imported=1, refused=2), [3, 4])
        (order,) = await orders_of("1")
        assert order.placed_at.date() == clock.now().date()

    async def test_shifting_never_leads_into_the_future(self, write: Write, frozen_clock: datetime) -> None:
        path = write(HEADER + "1,1998-06-30T23:59:00+00:00,5\n")
        await bring(path, shift=True)
        (order,) = await orders_of("1")
        assert order.placed_at == (frozen_clock - timedelta(days=1)).replace(hour=23, minute=59)

    async def test_a_day_is_one_of_the_programmes_zone(self, write: Write) -> None:
        await bring(write(HEADER + "1,1997-01-02,5\n"), time_zone="Asia/Taipei")
        (order,) = await orders_of("1")
        assert order.placed_at == datetime(1997, 1, 2, tzinfo=ZoneInfo("Asia/Taipei"))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"", "is empty"),
        (b"customer_id,date\n1,1997-01-01\n", "has no column amount, which should hold the amount"),
        (b"customer_id,date,amount,date\n", "has the column date more than once"),
        (b'"customer_id,date,amount\n', "the first line is not CSV"),
        (b"customer_id,date,amount\r1,1997-01-01,5\r", "the first line is not CSV: lines end with LF or CRLF"),
        ("customer_id,date,amount\n1,1997-01-01,5\n".encode("utf-16"), "line 1: this is not UTF-8"),
        ("customer_id,date,amount\n1,1997-01-01,5\nJosé,1997-01-01,5\n".encode("latin-1"), "line 3: this is not UTF-8"),
        ("customer_id,date,amount\n王小明,1997-01-01,5\n".encode("big5"), "line 2: this is not UTF-8"),
    ],
    ids=["empty", "missing column", "doubled column", "broken header", "CR", "UTF-16", "Latin-1", "Big5"],
)
def test_a_file_that_cannot_be_read_is_refused_whole(shell: Shell, write: Write, text: bytes, complaint: str) -> None:
    said = shell("import", "orders", str(write(text)))
    assert said.code == 2
    assert complaint in said.complaint


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--currency", "EUR"], "Orders are in USD."),
        (["--map", "amount"], "amount: write one of"),
        (["--map", "price=dollars"], "price: write one of"),
        (["--map", "amount=dollars"], "has no column dollars"),
        (["--map", "sku=article"], "has no column article"),
        (["--source", "Shop!"], "a letter first"),
    ],
)
def test_what_does_not_fit_the_file_is_misuse(shell: Shell, write: Write, arguments: list[str], complaint: str) -> None:
    said = shell("import", "orders", str(write(HEADER + "1,1997-01-01,5\n")), *arguments)
    assert said.code == 2
    assert complaint in said.complaint


def test_a_file_that_is_not_there_is_misuse(shell: Shell) -> None:
    assert shell("import", "orders", "nowhere.csv").code == 2


def test_a_file_may_be_used_only_as_a_whole() -> None:
    with pytest.raises(UnusableFile):
        Layout.of(Path("/dev/null"), Settings(), source="import", columns={})


async def test_the_command_tells_what_it_did_and_exits_with_1_where_lines_were_refused(
    database: str, write: Write
) -> None:
    path = write(HEADER + "1,1997-01-01,5\n1,1997-02-30,5\n")
    said = await hourglass("import", "orders", str(path), "--currency", "USD", DATABASE_URL=database)
    assert said.code == 1
    assert "line 3: there is no date 1997-02-30" in said.complaint
    assert "1 orders imported, 0 were there already, 1 lines refused." in said.complaint


async def test_cut_off_anywhere_and_begun_again_by_two_nothing_is_doubled_or_missing(
    database: str, write: Write
) -> None:
    """Killed with -9 twice on the way, which it cannot finish, then finished by two processes at once."""
    customers, each = 400, 4
    lines = [f"{number:04},1997-0{month}-01,{number}.50\n" for number in range(customers) for month in (1, 1, 2, 3)]
    arguments = ("import", "orders", str(write(HEADER + "".join(lines))), "--shift")
    for enough, later in ((160, 560), (800, 1_200)):
        async with introducing(lines[later][:4], database):
            running = await start(*arguments, DATABASE_URL=database, **PATIENT)
            await eventually(lambda enough=enough: at_least(enough))
            running.send_signal(signal.SIGKILL)
            await ended(running)
    assert await how_many("orders_order") < customers * each, "it was over before it was killed"
    done = await asyncio.gather(*(hourglass(*arguments, DATABASE_URL=database) for _ in range(2)))
    assert [said.code for said in done] == [0, 0], done

    assert await how_many("orders_order") == await how_many("orders_line") == customers * each
    assert await how_many("members_member") == customers
    assert await how_many("tiers_contribution") == customers * each
    earned = "select coalesce(sum(amount), 0)::bigint from ledger_transfer where kind = 'award'"
    assert await community_database.fetch_value(earned) == each * sum(number // 10 for number in range(customers))
    announced = "select count(*) from outbox_fact where type = $1"
    assert await community_database.fetch_value(announced, "order.recorded") == customers * each
    assert await community_database.fetch_value(announced, "member.joined") == customers
    assert (await ledger.reconcile()).is_clean


def introducing(customer: str, database_url: str) -> AbstractAsyncContextManager[asyncpg.Connection]:
    """Somebody else is about to introduce that customer: inside the block an import waits where it comes to them."""
    return under_way(
        database_url,
        "insert into members_member"
        " (id, external_id, joined_at, handle, handle_folded, display_name, bio, locale, time_zone)"
        " values ($1, $2, now(), 'somebody', 'somebody', 'Somebody', '', 'en', 'UTC')",
        ids.new_id(),
        customer,
    )


async def at_least(count: int) -> bool:
    return await how_many("orders_order") >= count


async def how_many(table: str) -> int:
    count: int = await community_database.fetch_value(f"select count(*) from {table}")
    return count
