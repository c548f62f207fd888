"""A small WebP of a picture; pure. What is no picture, or would burst, gives nothing.

Run as a program it reads a picture and writes the small one (see ``apart``).
"""

import io
import re
import struct
import sys
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

SIDE = 480  # pixels: twice what a thread shows, for fine screens
QUALITY = 72
MOST_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
UNREADABLE = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    OSError,
    ValueError,
    SyntaxError,  # what Pillow raises for broken PNGs
    EOFError,
    struct.error,
    LookupError,
    TypeError,
    ArithmeticError,
    MemoryError,
)
MOST_SCANS = 50  # of a JPEG: each goes over all pixels; encoders make 10
MOST_MEMORY = 1 << 30  # bytes of address space
MOST_CPU_S = 10  # should nobody be left to end the process
_JPEG = b"\xff\xd8\xff"
_MARKER = re.compile(rb"\xff+([^\x00\xff])")
_NO_LENGTH = frozenset((0x01, *range(0xD0, 0xD9)))  # TEM, RST, SOI
_SCAN, _END = 0xDA, 0xD9


def shrunk(content: bytes) -> bytes | None:
    """The first frame, upright, without what the camera wrote beside it; None when unreadable."""
    if scans_of(content) > MOST_SCANS:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of broken metadata, which is thrown away
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                return _encoded(picture)
    except UNREADABLE:
        return None


def scans_of(content: bytes) -> int:
    """How many scans a JPEG has, counted no further than one too many (ITU-T T.81, annex B)."""
    if not content.startswith(_JPEG):
        return 0
    at = scans = 0
    while scans <= MOST_SCANS and (found := _MARKER.search(content, at)):
        at, marker = found.end(), found[1][0]
        if marker == _END:
            break
        scans += marker == _SCAN
        if marker not in _NO_LENGTH:
            at += int.from_bytes(content[at : at + 2])
    return scans


def _encoded(picture: Image.Image) -> bytes | None:
    if picture.width * picture.height > MOST_PIXELS:
        return None
    picture.draft("RGB", (SIDE * 2, SIDE * 2))  # a JPEG is decoded at a fraction of its size
    picture.thumbnail((SIDE, SIDE))
    upright = ImageOps.exif_transpose(picture)
    mode = "RGBA" if "A" in upright.getbands() or "transparency" in upright.info else "RGB"
    into = io.BytesIO()
    upright.convert(mode).save(into, "WEBP", quality=QUALITY)
    return into.getvalue()


def _limit_itself() -> None:
    try:
        import resource
    except ImportError:  # a platform without such limits: whoever started it ends it
        return
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))


if __name__ == "__main__":
    _limit_itself()
    sys.stdout.buffer.write(shrunk(sys.stdin.buffer.read()) or b"")
