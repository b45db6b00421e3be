"""The toy graph behind a front door, for tests of the door; commands, for tests of the command line."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from community.quota import service as quota
from tests.api.commands import Shell
from tests.api.toy import Toy, happenings, toy_server


@pytest_asyncio.fixture(scope="module")
async def toy_at_large(connected: object) -> AsyncIterator[Toy]:  # noqa: ARG001
    """One server for all tests of a module."""
    async with toy_server() as toy:
        yield toy


@pytest_asyncio.fixture
async def toy(toy_at_large: Toy, database: str) -> AsyncIterator[Toy]:  # noqa: ARG001
    """The module's server, with nothing that an earlier test left: full buckets, no documents, no happenings."""
    quota.forget_leases()
    happenings.begin_anew()
    toy_at_large.guards.revoked.clear()
    toy_at_large.guards.demoted.clear()
    with capture_logs() as toy_at_large.log:
        yield toy_at_large
        happenings.gate.set()


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """Runs commands that end at once."""
    return Shell(monkeypatch, capsys)
