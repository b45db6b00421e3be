"""A link as a QR code, for paper and screens. Error correction M: a fold or a thumb does not spoil it."""

from functools import lru_cache
from io import BytesIO

import segno

REMEMBERED = 256
PIXELS_PER_MODULE = 8


@lru_cache(maxsize=REMEMBERED)
def svg_of(url: str) -> str:
    """The QR code as an SVG document, sharp at any size."""
    written = BytesIO()
    segno.make(url, error="m", micro=False).save(written, kind="svg", xmldecl=False, svgns=True)
    return written.getvalue().decode().strip()


@lru_cache(maxsize=REMEMBERED)
def png_of(url: str) -> str:
    """The QR code as a `data:` address of a PNG image."""
    address: str = segno.make(url, error="m", micro=False).png_data_uri(scale=PIXELS_PER_MODULE)
    return address
