"""The key that signs."""

import asyncio
import stat
from pathlib import Path

from pydantic import SecretStr

from community.access.signing import key_of
from community.settings import Settings


def test_the_operators_key_is_used() -> None:
    assert key_of(Settings(secret_key=SecretStr("k" * 32))) == b"k" * 32


def test_development_makes_a_key_and_keeps_it_to_itself(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    key = key_of(Settings(secret_key=None, home=home))
    key_of.cache_clear()
    assert key_of(Settings(secret_key=None, home=home)) == key
    assert len(key) >= 32
    assert stat.S_IMODE((home / "secret_key").stat().st_mode) == 0o600
    assert [file.name for file in home.iterdir()] == ["secret_key"]


async def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    settings = Settings(secret_key=None, home=tmp_path)
    keys = await asyncio.gather(*(asyncio.to_thread(key_of.__wrapped__, settings) for _ in range(20)))
    assert len(set(keys)) == 1
