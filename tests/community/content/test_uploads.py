"""Files are what they are announced to be, or they are not taken."""

import asyncio
import io
import zlib
from pathlib import Path

import pytest
from PIL import Image

from community.access.policy import ANONYMOUS
from community.content import errors, queries
from community.content import service as content
from community.content.rules import uploads
from community.content.rules.uploads import Flaw, MediaKind
from community.content.service.uploads import UPLOAD_LASTS
from community.kernel import clock
from community.kernel.errors import Forbidden, NotFound
from tests.announcements import announced
from tests.community.content.files import a_medium, files_in, glb, mp4, pdf, png, send, usdz
from tests.community.content.publications import a_reader, an_editor, an_item

pytestmark = pytest.mark.usefixtures("database", "media_folder")


def gif() -> bytes:
    buffer = io.BytesIO()
    Image.new("P", (2, 2)).save(buffer, "GIF")
    return buffer.getvalue()


def bomb() -> bytes:
    """A picture of 4 gigapixels in a few bytes: what its header says is enough to refuse it."""
    header = b"\x00\x01\x00\x00" * 2 + b"\x08\x02\x00\x00\x00"
    chunk = len(header).to_bytes(4, "big") + b"IHDR" + header
    return b"\x89PNG\r\n\x1a\n" + chunk + zlib.crc32(chunk[4:]).to_bytes(4, "big") + png()[33:]


@pytest.mark.parametrize(
    ("media_type", "file", "kind"),
    [
        ("image/png", png(), MediaKind.IMAGE),
        ("image/gif", gif(), MediaKind.IMAGE),
        ("video/mp4", mp4(), MediaKind.VIDEO),
        ("application/pdf", pdf(), MediaKind.DOCUMENT),
        ("model/gltf-binary", glb(), MediaKind.MODEL),
        ("model/vnd.usdz+zip", usdz(), MediaKind.MODEL),
    ],
)
async def test_a_file_that_is_what_it_says_is_kept(media_type: str, file: bytes, kind: MediaKind) -> None:
    editor = await an_editor()
    medium = await a_medium(editor, file, media_type)
    assert (medium.kind, medium.size) == (kind, len(file))
    assert [fact["type"] for fact in await announced(medium.id)] == ["media.uploaded"]
    again = await content.complete_upload(editor, medium.id)
    assert again.id == medium.id


@pytest.mark.parametrize(
    ("media_type", "file", "flaw"),
    [
        ("image/png", b"<script>alert(1)</script>", Flaw.TYPE),
        ("image/jpeg", png(), Flaw.TYPE),
        ("image/png", png()[:-20], Flaw.DAMAGED),
        ("image/png", bomb(), Flaw.TOO_MANY_PIXELS),
        ("video/mp4", pdf(), Flaw.TYPE),
        ("model/gltf-binary", glb("x")[:-1], Flaw.TYPE),
        ("model/vnd.usdz+zip", b"PK\x03\x04" + bytes(40), Flaw.TYPE),
        ("audio/wav", b"RIFF\xff\xff\x00\x00WAVE", Flaw.TYPE),
        ("application/pdf", b"%PDF-9.9", Flaw.TYPE),
    ],
)
async def test_a_file_that_is_something_else_is_refused_and_forgotten(
    media_type: str, file: bytes, flaw: Flaw, media_folder: Path
) -> None:
    editor = await an_editor()
    with pytest.raises(errors.FileRefused) as refused:
        await a_medium(editor, file, media_type)
    assert refused.value.flaw == flaw
    assert files_in(media_folder) == []


async def test_a_file_of_another_size_than_announced_is_refused() -> None:
    editor = await an_editor()
    upload = await content.request_upload(editor, media_type="image/png", size=1_000, file_name="x.png")
    with pytest.raises(errors.FileNotUploaded):
        await content.complete_upload(editor, upload.media_id)
    await send(upload, png())
    with pytest.raises(errors.FileRefused) as refused:
        await content.complete_upload(editor, upload.media_id)
    assert refused.value.flaw is Flaw.SIZE


@pytest.mark.parametrize(
    ("media_type", "size", "error"),
    [
        ("text/html", 10, errors.MediaTypeRefused),
        ("image/svg+xml", 10, errors.MediaTypeRefused),
        ("image/png", 0, errors.FileSizeRefused),
        ("image/png", -1, errors.FileSizeRefused),
        ("image/png", 10**9, errors.FileSizeRefused),
        ("video/mp4", 10**13, errors.FileSizeRefused),
    ],
)
async def test_what_would_not_be_taken_is_not_even_announced(media_type: str, size: int, error: type) -> None:
    with pytest.raises(error):
        await content.request_upload(await an_editor(), media_type=media_type, size=size, file_name="x")


async def test_of_two_who_finish_an_upload_at_once_one_keeps_the_file(media_folder: Path) -> None:
    editor = await an_editor()
    upload = await content.request_upload(editor, media_type="image/png", size=len(png()), file_name="x.png")
    await send(upload, png())
    results = await asyncio.gather(
        *(content.complete_upload(editor, upload.media_id) for _ in range(4)), return_exceptions=True
    )
    assert all(isinstance(each, queries.MediaView | errors.FileNotUploaded) for each in results)
    assert any(isinstance(each, queries.MediaView) for each in results)
    assert len(files_in(media_folder)) == 1


async def test_only_editors_upload_and_an_unchecked_file_stands_nowhere() -> None:
    editor, reader = await an_editor(), await a_reader("vip")
    with pytest.raises(Forbidden):
        await content.request_upload(reader, media_type="image/png", size=9, file_name="x")
    upload = await content.request_upload(editor, media_type="image/png", size=9, file_name="x")
    with pytest.raises(Forbidden):
        await content.complete_upload(reader, upload.media_id)
    with pytest.raises(errors.MediaMissing):
        await an_item(editor, cover_id=upload.media_id)
    with pytest.raises(errors.MediaMissing):
        await an_item(editor, cover_id=(await a_medium(editor, mp4(), "video/mp4")).id)
    assert await queries.media_for_editors(ANONYMOUS, [upload.media_id], clock.now()) == {}


async def test_what_was_announced_and_never_came_is_forgotten() -> None:
    editor, now = await an_editor(), clock.now()
    kept = await a_medium(editor, png())
    upload = await content.request_upload(editor, media_type="image/png", size=9, file_name="x")
    with clock.frozen(now + UPLOAD_LASTS * 2):
        with pytest.raises(errors.UploadExpired):
            await content.complete_upload(editor, upload.media_id)
        assert await content.forget_uploads() == 1
        assert await content.forget_uploads() == 0
    with pytest.raises(NotFound):
        await content.complete_upload(editor, upload.media_id)
    assert (await content.complete_upload(editor, kept.id)).id == kept.id


def test_a_name_is_no_path() -> None:
    assert uploads.file_name("../../etc/passwd") == "_.._etc_passwd"
    assert uploads.file_name("使用手冊\r\n.pdf") == "使用手冊__.pdf"
    assert uploads.file_name("...") == "file"
    assert len(uploads.file_name("長" * 500)) == uploads.LONGEST_NAME
