"""Small real files of each kind, the folder they are kept in, and how an editor sends one."""

import io
import struct
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from community.access.policy import Actor
from community.content import service as content
from community.content.queries import MediaView
from community.content.service import Upload
from community.content.storage import LocalStorage, storage, storage_of
from community.settings import settings


@pytest.fixture
def media_folder(tmp_path: Path) -> Iterator[Path]:
    """Media are kept here for the length of a test."""
    with media_kept_below(tmp_path) as folder:
        yield folder


@contextmanager
def media_kept_below(home: Path) -> Iterator[Path]:
    """Media are kept in this folder inside the block."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HOURGLASS_HOME", str(home))
        settings.cache_clear()
        yield home / "media"
    settings.cache_clear()
    storage_of.cache_clear()


def png(width: int = 4, height: int = 3, comment: str = "") -> bytes:
    """A picture; `comment` stands in it as it is."""
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Comment", comment)
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def mp4(text: str = "") -> bytes:
    """The beginning of a video."""
    return struct.pack(">I4s4sI4s", 20, b"ftyp", b"isom", 512, b"mp41") + text.encode()


def pdf(text: str = "") -> bytes:
    """Something to download."""
    return b"%PDF-1.7\n" + text.encode()


def glb(text: str = "") -> bytes:
    """A thing to look at from all sides."""
    return struct.pack("<4sII", b"glTF", 2, 12 + len(text.encode())) + text.encode()


def usdz() -> bytes:
    """A thing to place in a room."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("chair.usdc", b"PXR-USDC" + bytes(8))
    return buffer.getvalue()


async def send(upload: Upload, content_: bytes) -> None:
    """Let the bytes of an announced file arrive."""
    kept = storage()
    assert isinstance(kept, LocalStorage)

    async def chunks() -> AsyncIterator[bytes]:
        yield content_

    await kept.receive(upload.media_id, chunks(), len(content_))


async def a_medium(editor: Actor, file: bytes, media_type: str = "image/png", name: str = "圖.png") -> MediaView:
    """A file that was announced, sent and checked."""
    upload = await content.request_upload(editor, media_type=media_type, size=len(file), file_name=name)
    await send(upload, file)
    return await content.complete_upload(editor, upload.media_id)


def files_in(folder: Path) -> list[Path]:
    """Everything that is kept there."""
    return [path for path in folder.rglob("*") if path.is_file()]
