"""The key that signs."""

import asyncio
import stat
from pathlib import Path

from pydantic import SecretStr

from community.access.signing import key_from


def test_the_operators_key_is_used(tmp_path: Path) -> None:
    assert key_from(SecretStr("k" * 32), tmp_path) == b"k" * 32
    assert list(tmp_path.iterdir()) == []


def test_development_makes_a_key_and_keeps_it_to_itself(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    key = key_from(None, home)
    key_from.cache_clear()
    assert key_from(None, home) == key
    assert len(key) >= 32
    assert stat.S_IMODE((home / "secret_key").stat().st_mode) == 0o600
    assert [file.name for file in home.iterdir()] == ["secret_key"]


async def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    keys = await asyncio.gather(*(asyncio.to_thread(key_from.__wrapped__, None, tmp_path) for _ in range(20)))
    assert len(set(keys)) == 1
