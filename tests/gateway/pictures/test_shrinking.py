"""Small pictures: upright, without the camera's words, and never a burst."""

import io
import os
import struct
import zlib
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gateway.pictures.apart import shrunk_apart
from gateway.pictures.shrinking import MOST_PIXELS, MOST_SCANS, SIDE, scans_of, shrunk
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


def with_scans(copies):
    """A progressive JPEG whose last scan is repeated."""
    whole = picture("JPEG", progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + whole[last:-2] * copies + whole[-2:]


def test_a_jpeg_of_many_scans_is_not_decoded():
    usual = scans_of(with_scans(1))
    assert 2 < usual < MOST_SCANS
    assert shrunk(with_scans(MOST_SCANS - usual + 1))
    assert shrunk(with_scans(MOST_SCANS - usual + 2)) is None
    assert shrunk(with_scans(1000)) is None


def test_what_only_looks_like_scans_is_not_counted():
    plain = picture("JPEG")
    comment = b"\xff\xfe" + struct.pack("!H", 2 + 400) + b"\xff\xda" * 200
    assert scans_of(plain[:2] + comment + plain[2:] + b"\xff\xda" * 200) == 1


@pytest.mark.parametrize(
    "error", [struct.error, KeyError, IndexError, TypeError, ZeroDivisionError, MemoryError]
)
def test_whatever_pillow_raises_is_unreadable(error, monkeypatch):
    def broken(*_args, **_more):
        raise error

    monkeypatch.setattr(Image, "open", broken)
    assert shrunk(picture("PNG")) is None


async def test_a_process_of_its_own_makes_the_same(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for content in (picture("PNG", (7000, 7000)), picture("JPEG"), b"no picture"):
        assert await shrunk_apart(content) == shrunk(content)


async def test_what_takes_too_long_is_ended_and_kept_as_unreadable(mongo, tmp_path, monkeypatch):
    pid = tmp_path / "pid"
    endless = tmp_path / "endless.py"
    endless.write_text(f"import os\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\nwhile True: 1")
    monkeypatch.setattr("gateway.pictures.apart.shrinking.__file__", str(endless))
    monkeypatch.setattr(
        "gateway.pictures.thumbnails.shrunk_apart", partial(shrunk_apart, limit_s=1)
    )
    blobs, store = Blobs(mongo), ThumbnailStore(mongo)
    ref = await blobs.put(picture("PNG"))
    assert await Thumbnails(store, blobs).of(ref.sha256, utc_now()) == b""
    assert (await store.get(ref.sha256)).data == b""
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


async def test_a_process_that_dies_gives_nothing(tmp_path, monkeypatch):
    broken = tmp_path / "broken.py"
    broken.write_text("import sys\nprint('half', flush=True)\nsys.exit(1)")
    monkeypatch.setattr("gateway.pictures.apart.shrinking.__file__", str(broken))
    assert await shrunk_apart(b"x" * 1_000_000) is None


async def test_it_is_made_once(mongo, monkeypatch):
    blobs, store = Blobs(mongo), ThumbnailStore(mongo)
    ref = await blobs.put(picture("PNG"))
    made = await Thumbnails(store, blobs).of(ref.sha256, utc_now())
    assert opened(made).format == "WEBP"
    monkeypatch.setattr("gateway.pictures.thumbnails.shrunk_apart", None)
    assert await Thumbnails(store, blobs).of(ref.sha256, utc_now()) == made
    assert await Thumbnails(store, blobs).of("0" * 64, utc_now()) == b""
