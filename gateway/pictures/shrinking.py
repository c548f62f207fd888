"""A small WebP of a picture; pure. What is no picture, or would burst, gives nothing."""

import io
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
)


def shrunk(content: bytes) -> bytes | None:
    """The first frame, upright, without what the camera wrote beside it; None when unreadable."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of broken metadata, which is thrown away
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                return _encoded(picture)
    except UNREADABLE:
        return None


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
