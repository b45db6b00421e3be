"""The recorder: what it notes is written down soon and once, and waits in memory while the disk is full."""

import asyncio
import os
from pathlib import Path

import pytest

from community import database
from community.referrals import recorder
from community.referrals.recorder import Recorder
from community.referrals.rules.clicks import Click
from community.referrals.spool import Spool
from tests.community.referrals.friends import a_click, a_referrer
from tests.deadlines import eventually

pytestmark = pytest.mark.usefixtures("database")


class FullDisk(Spool):
    """A spool that takes nothing."""

    def append(self, click: Click) -> None:  # noqa: ARG002
        raise OSError(28, "No space left on device")


async def kept() -> int:
    """How many clicks are written down."""
    found: int = await database.fetch_value("select count(*) from referrals_click")
    return found


async def test_what_is_noted_is_written_down_soon(tmp_path: Path) -> None:
    _, link = await a_referrer()
    async with recorder.serving(tmp_path) as clicks:
        clicks.note(a_click(link))
        await eventually(lambda: is_kept(1))


async def is_kept(count: int) -> bool:
    return await kept() == count


async def test_an_orderly_end_writes_down_what_is_left(tmp_path: Path) -> None:
    _, link = await a_referrer()
    async with recorder.serving(tmp_path) as clicks:
        for number in range(10):
            clicks.note(a_click(link, address=f"192.0.2.{number}"))
    assert await kept() == 10
    assert os.listdir(tmp_path) == []


async def test_flushes_at_once_write_each_click_down_once(tmp_path: Path) -> None:
    _, link = await a_referrer()
    clicks = Recorder(Spool(tmp_path))
    for number in range(10):
        clicks.note(a_click(link, address=f"192.0.2.{number}"))
    await asyncio.gather(*[clicks.flush() for _ in range(3)])
    assert await kept() == 10
    assert await database.fetch_value("select sum(clicks + repeats) from referrals_tally") == 10


async def test_while_the_disk_is_full_clicks_wait_in_memory(tmp_path: Path) -> None:
    _, link = await a_referrer()
    clicks = Recorder(FullDisk(tmp_path))
    clicks.note(a_click(link))
    clicks.note(a_click(link, address="192.0.2.1"))
    assert await clicks.flush()
    assert await kept() == 2
