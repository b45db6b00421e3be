"""The spool: what was noted outlives whoever noted it, whoever finds it takes it once, a full disk spoils nothing."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from community.kernel import clock
from community.kernel.ids import new_id
from community.referrals.rules.clicks import Arrival, Click
from community.referrals.spool import SEGMENT, Spool


def a_click(arrival: Arrival = Arrival.VISIT) -> Click:
    traces = (b"v" * 16, b"h" * 16) if arrival is Arrival.VISIT else (None, None)
    return Click(new_id(), new_id(), arrival, clock.now() - timedelta(seconds=1), *traces)


def read(spool: Spool) -> list[Click]:
    spool.roll()
    return [click for segment in spool.waiting for click in segment.read()]


def test_what_is_noted_is_read_again(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    clicks = [a_click(arrival) for arrival in Arrival]
    for click in clicks:
        spool.append(click)
    assert read(spool) == clicks


def test_a_segment_is_full_at_some_time(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for _ in range(SEGMENT + 1):
        spool.append(a_click(Arrival.BOT))
    assert [len(segment.read()) for segment in spool.waiting] == [SEGMENT]


def test_what_is_done_is_gone_and_an_orderly_end_leaves_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.append(a_click())
    spool.roll()
    spool.done(spool.waiting[0])
    spool.close()
    assert list(tmp_path.iterdir()) == []


def test_the_living_keep_their_own_and_the_dead_are_adopted_once(tmp_path: Path) -> None:
    one, other, third = Spool(tmp_path), Spool(tmp_path), Spool(tmp_path)
    click = a_click()
    one.append(click)
    assert other.adopt() == 0
    os.close(one._lock)  # what the operating system does when a process dies
    assert (other.adopt(), third.adopt()) == (1, 0)
    assert read(other) == [click]
    assert [segment.path.parent for segment in other.waiting] == [other._folder]


def test_half_a_line_at_the_end_is_nobody_who_was_sent_on(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    click = a_click()
    spool.append(click)
    spool.roll()
    path = spool.waiting[0].path
    path.write_bytes(path.read_bytes() + b'{"id": "0193')
    assert spool.waiting[0].read() == [click]


def test_a_full_disk_is_told_and_spoils_no_other_line(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    kept, lost, later = a_click(), a_click(), a_click()
    spool.append(kept)
    with room_for(7, beyond=spool), pytest.raises(OSError, match="half a line"):
        spool.append(lost)
    spool.append(later)
    assert read(spool) == [kept, later]


@contextmanager
def room_for(size: int, *, beyond: Spool) -> Iterator[None]:
    """The disk takes so many bytes more."""
    assert beyond._path is not None
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (beyond._path.stat().st_size + size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
