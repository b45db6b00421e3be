"""What may be uploaded, and whether what arrived is what was announced: by its first bytes, its size, its own figures.

No file is taken for what its name says. HTML, SVG and scripts are not on the list, so nothing here runs in a browser.
"""

import io
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from community.content import errors
from community.kernel.words import Word

MIB = 1024 * 1024
HEAD = 4096
"""How many of the first bytes tell what a file is."""

MAX_PIXELS = 50_000_000
MAX_FRAMES = 300
LONGEST_NAME = 120


class MediaKind(Word):
    """What a file is to its readers."""

    IMAGE = "image", "A picture."
    VIDEO = "video", "Something to watch."
    AUDIO = "audio", "Something to listen to."
    DOCUMENT = "document", "Something to download."
    MODEL = "model", "Something to look at from all sides or to place in a room: glTF or USDZ."


class Flaw(Word):
    """How a file differs from what was announced."""

    SIZE = "size", "It has another number of bytes."
    TYPE = "type", "It is of another type, or cut off."
    DAMAGED = "damaged", "It cannot be decoded to its end."
    TOO_MANY_PIXELS = "too_many_pixels", "Decoded it would be too large."


LIMITS: Mapping[MediaKind, int] = {
    MediaKind.IMAGE: 20 * MIB,
    MediaKind.AUDIO: 300 * MIB,
    MediaKind.DOCUMENT: 100 * MIB,
    MediaKind.MODEL: 100 * MIB,
}
"""The most bytes of each kind; videos have only the limit of the settings."""

Check = Callable[[bytes, int], bool]
"""Whether the first bytes of a file of this size fit its type."""


def _begins(*signatures: bytes, at: int = 0) -> Check:
    return lambda head, _: head[at:].startswith(signatures)


def _riff(form: bytes) -> Check:
    """RIFF says its own length, so that a cut-off file is known."""
    return lambda head, size: (
        head[:4] == b"RIFF" and head[8:12] == form and 0 <= size - 8 - int.from_bytes(head[4:8], "little") <= 1
    )


def _iso(*brands: bytes) -> Check:
    """MP4 and its relatives: the first box is `ftyp`, with a brand that browsers know."""

    def fits(head: bytes, size: int) -> bool:
        length = int.from_bytes(head[:4], "big")
        named = (head[8:12], *(head[place : place + 4] for place in range(16, min(length, 512), 4)))
        return head[4:8] == b"ftyp" and 16 <= length <= size and any(brand in brands for brand in named)

    return fits


def _glb(head: bytes, size: int) -> bool:
    """Binary glTF says its version and its own length."""
    return len(head) >= 12 and struct.unpack("<4sII", head[:12]) == (b"glTF", 2, size)


def _usdz(head: bytes, _: int) -> bool:
    """USDZ is a ZIP whose first file is a scene, kept uncompressed."""
    if head[:4] != b"PK\x03\x04" or len(head) < 30:
        return False
    method, name_length = int.from_bytes(head[8:10], "little"), int.from_bytes(head[26:28], "little")
    return method == 0 and head[30 : 30 + name_length].lower().endswith((b".usd", b".usda", b".usdc"))


TYPES: Mapping[str, tuple[MediaKind, Check]] = {
    "image/jpeg": (MediaKind.IMAGE, _begins(b"\xff\xd8\xff")),
    "image/png": (MediaKind.IMAGE, _begins(b"\x89PNG\r\n\x1a\n")),
    "image/gif": (MediaKind.IMAGE, _begins(b"GIF87a", b"GIF89a")),
    "image/webp": (MediaKind.IMAGE, _riff(b"WEBP")),
    "video/mp4": (MediaKind.VIDEO, _iso(b"isom", b"iso2", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"dash")),
    "video/webm": (MediaKind.VIDEO, _begins(b"\x1aE\xdf\xa3")),
    "audio/mpeg": (MediaKind.AUDIO, _begins(b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")),
    "audio/mp4": (MediaKind.AUDIO, _iso(b"M4A ", b"M4B ")),
    "audio/ogg": (MediaKind.AUDIO, _begins(b"OggS")),
    "audio/flac": (MediaKind.AUDIO, _begins(b"fLaC")),
    "audio/wav": (MediaKind.AUDIO, _riff(b"WAVE")),
    "application/pdf": (MediaKind.DOCUMENT, _begins(b"%PDF-1.", b"%PDF-2.")),
    "application/zip": (MediaKind.DOCUMENT, _begins(b"PK\x03\x04")),
    "application/epub+zip": (MediaKind.DOCUMENT, _begins(b"mimetypeapplication/epub+zip", at=30)),
    "model/gltf-binary": (MediaKind.MODEL, _glb),
    "model/vnd.usdz+zip": (MediaKind.MODEL, _usdz),
}
"""Every type that is taken: its kind, and what its first bytes look like."""


_ENDS = {"image/png": b"IEND\xaeB`\x82", "image/gif": b";"}
"""How pictures end whose decoder does not mind that their last lines are missing."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """How large a picture is."""

    width: int
    height: int


def kind_of(media_type: str, size: int, largest: int) -> MediaKind:
    """The kind of a file that is announced like this. Raises MediaTypeRefused or FileSizeRefused."""
    known = TYPES.get(media_type)
    if known is None:
        raise errors.MediaTypeRefused(media_type[:80])
    limit = min(largest, LIMITS.get(known[0], largest))
    if not 0 < size <= limit:
        raise errors.FileSizeRefused(size, limit)
    return known[0]


def file_name(name: str) -> str:
    """The name under which a file is downloaded: one that no system takes for a path."""
    kept = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in name).strip(" .")
    return kept[-LONGEST_NAME:] or "file"


def check(media_type: str, head: bytes, size: int) -> None:
    """Whether a file that arrived begins, and is as long, as its type says. Raises FileRefused."""
    _, fits = TYPES[media_type]
    if not fits(head, size):
        raise errors.FileRefused(Flaw.TYPE)


def pixels_of(media_type: str, content: bytes) -> Pixels:
    """The figures of a picture, after it was decoded to its last pixel. Raises FileRefused.

    How large it would be is read from its header first: a bomb is never decoded.
    """
    if not content.endswith(_ENDS.get(media_type, b"")):
        raise errors.FileRefused(Flaw.DAMAGED)
    try:
        with Image.open(io.BytesIO(content), formats=[media_type.removeprefix("image/").upper()]) as picture:
            found = Pixels(picture.width, picture.height)
            frames = getattr(picture, "n_frames", 1)
            if found.width * found.height * frames > MAX_PIXELS * (2 if frames > 1 else 1) or frames > MAX_FRAMES:
                raise errors.FileRefused(Flaw.TOO_MANY_PIXELS)
            picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise errors.FileRefused(Flaw.TOO_MANY_PIXELS) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        raise errors.FileRefused(Flaw.DAMAGED) from error
    return found
