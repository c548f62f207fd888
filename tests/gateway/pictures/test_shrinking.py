"""Small pictures: upright, without the camera's words, and never a burst."""

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gateway.pictures.shrinking import MOST_PIXELS, SIDE, shrunk
from gateway.pictures.store import ThumbnailStore
from gateway.pictures.thumbnails import Thumbnails
from storage.blobs import Blobs
from storage.ids import utc_now


def picture(kind, size=(1600, 900), mode="RGB", **more):
    into = io.BytesIO()
    Image.new(mode, size, "red").save(into, kind, **more)
    return into.getvalue()


def opened(content):
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_every_kind_that_is_shown_becomes_small(kind):
    small = opened(shrunk(picture(kind)))
    assert (small.format, max(small.size)) == ("WEBP", SIDE)


def test_a_photograph_that_lies_on_its_side_is_put_upright_and_says_nothing():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010E] = "where I live"
    small = opened(shrunk(picture("JPEG", exif=exif)))
    assert small.height > small.width
    assert not small.getexif()


def test_a_transparent_picture_stays_so():
    into = io.BytesIO()
    Image.new("RGBA", (1600, 900), (255, 0, 0, 80)).save(into, "PNG")
    assert "A" in opened(shrunk(into.getvalue())).getbands()


def bomb():
    """A PNG of a few hundred bytes that says it has 10^10 pixels."""

    def chunk(kind, data):
        return (
            struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))
        )

    head = struct.pack("!IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 10_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_bomb_is_not_opened():
    assert MOST_PIXELS < 100_000 * 100_000
    assert shrunk(bomb()) is None


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg/>", b"%PDF-1.7", picture("BMP")])
def test_what_is_no_picture_gives_nothing(content):
    assert shrunk(content) is None


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_broken_picture_never_raises(data):
    content = bytearray(
        picture(data.draw(st.sampled_from(["JPEG", "PNG", "GIF", "WEBP"])), (40, 30))
    )
    for _ in range(data.draw(st.integers(1, 12))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(1, len(content))) :]
    shrunk(bytes(content))


async def test_it_is_made_once(mongo, monkeypatch):
    blobs, store = Blobs(mongo), ThumbnailStore(mongo)
    ref = await blobs.put(picture("PNG"))
    made = await Thumbnails(store, blobs).of(ref.sha256, utc_now())
    assert opened(made).format == "WEBP"
    monkeypatch.setattr("gateway.pictures.thumbnails.shrunk", None)
    assert await Thumbnails(store, blobs).of(ref.sha256, utc_now()) == made
    assert await Thumbnails(store, blobs).of("0" * 64, utc_now()) == b""
