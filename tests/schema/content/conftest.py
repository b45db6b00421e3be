"""A storage of its own for each test that keeps files."""

from tests.community.content.files import media_folder

__all__ = ["media_folder"]
