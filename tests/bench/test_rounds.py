"""The table of the benches."""

from tests.bench.requests import Request
from tests.bench.rounds import Measured, table
from tests.bench.wrk import Load


def test_ratios_are_of_the_same_round_and_what_nobody_can_tell_is_left_out():
    def measured(rate: float, server_ms: float | None) -> Measured:
        return Measured(Load(1_000, rate, p50_ms=1.0, p99_ms=2.0), server_ms, database_ms=None)

    found = {
        ("ours", Request.FEED): [measured(400, 1.0), measured(50, 1.0), measured(900, None)],
        ("theirs", Request.FEED): [measured(200, 4.0), measured(25, 2.0), measured(300, None)],
    }

    columns = {str(column.header): list(column.cells) for column in table(found, "").columns}
    ours, theirs = ({name: cells[row] for name, cells in columns.items()} for row in (0, 1))

    assert ours["spread"] == "50–900"
    assert ours["PostgreSQL ms"] == "–"
    assert theirs["ours / it, requests"] == "2.00"
    assert theirs["ours / it, CPU"] == "0.38"
