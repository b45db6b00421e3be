"""Receivers of these tests are on this machine, where nobody is sent otherwise."""

from collections.abc import Iterator

import pytest

from community.settings import settings


@pytest.fixture(autouse=True)
def receivers_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HOURGLASS_WEBHOOK_LOOPBACK", "yes")
    settings.cache_clear()
    yield
    settings.cache_clear()
