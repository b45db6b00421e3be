"""Files that documents ask for are kept in a folder of the test."""

from pathlib import Path

import pytest

from tests.community.content.files import media_folder

__all__ = ["media_folder"]


@pytest.fixture(autouse=True)
def media_of_this_test(media_folder: Path) -> Path:
    """Where they are."""
    return media_folder
