"""The world that documents are sent to: built once for all of them, and for each as if it had just been built."""

import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from community.quota import service as quota
from tests.community.content.files import media_folder, media_kept_below
from tests.databases import Cleaner
from tests.operations.world import World, a_world

__all__ = ["media_folder"]


@dataclass(frozen=True, slots=True)
class Built:
    """A world, what brings its rows back, and the folder of its files."""

    world: World
    restore: Callable[[], Awaitable[object]]
    media: Path


@pytest_asyncio.fixture(scope="session")
async def built(connected: Cleaner, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """This worker's world, which no test touches."""
    with media_kept_below(tmp_path_factory.mktemp("world")) as media:
        await connected.empty()
        world = await a_world()
        return Built(world, await connected.keep("world"), media)


@pytest_asyncio.fixture
async def world(built: Built, media_folder: Path) -> World:
    """The world, to do with as one likes."""
    shutil.copytree(built.media, media_folder)
    await built.restore()
    quota.forget_leases()
    return built.world
