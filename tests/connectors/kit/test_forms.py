"""Forms as real clients make them, read back to the byte."""

import contextlib
import tracemalloc
from datetime import UTC, datetime
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlencode

import aiohttp
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.contract import WebhookRequest
from connectors.errors import Malformed
from connectors.kit.forms import MOST_PARTS, form_parts, texts

URLENCODED = "application/x-www-form-urlencoded"


def request(body: bytes, kind: str) -> WebhookRequest:
    return WebhookRequest(
        method="POST",
        url="https://parley.example/hooks/x/i",
        headers={"content-type": kind},
        query={},
        body=body,
        received_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


class Written:
    """What a payload of aiohttp writes."""

    def __init__(self) -> None:
        self.body = b""

    async def write(self, piece: bytes) -> None:
        self.body += bytes(piece)


async def made_by_aiohttp(form: aiohttp.FormData) -> WebhookRequest:
    payload, written = form(), Written()
    await payload.write(written)
    return request(written.body, payload.headers["Content-Type"])


@pytest.mark.parametrize(
    "content", [b"", b"\r\n", b"\x00\xff\r\n--", bytes(range(256)) * 40, b"--x\r\n\r\n--x--"]
)
async def test_a_file_comes_whole(content):
    form = aiohttp.FormData()
    form.add_field("subject", "Größe 木")
    form.add_field("attachment-1", content, filename='a "b".bin', content_type="image/png")
    parts = form_parts(await made_by_aiohttp(form))
    assert texts(parts) == {"subject": "Größe 木"}
    assert parts[1].content == content
    assert (parts[1].name, parts[1].media_type) == ("attachment-1", "image/png")


def test_a_name_with_quotes_and_a_boundary_in_quotes():
    body = (
        b"preamble\r\n--a b\r\nContent-Disposition: form-data;"
        b' name="x"; filename="a \\"b\\".txt"\r\n\r\nhi\r\n--a b--\r\nepilogue'
    )
    (part,) = form_parts(request(body, 'multipart/form-data; boundary="a b"'))
    assert (part.filename, part.content) == ('a "b".txt', b"hi")


@given(st.lists(st.tuples(st.text(min_size=1, max_size=9), st.text(max_size=30)), max_size=6))
def test_a_plain_form_is_what_was_encoded(pairs):
    parts = form_parts(request(urlencode(pairs).encode("utf-8", "replace"), URLENCODED))
    wanted = [(n.encode("utf-8", "replace").decode(), v.encode("utf-8", "replace").decode())
              for n, v in pairs]  # fmt: skip
    assert [(part.name, part.text) for part in parts] == wanted


@given(st.binary(max_size=60).map(lambda raw: raw.replace(b"&", b"")))
@example(b"=41%41=\r\n%20=")
def test_escapes_are_read_as_the_standard_library_does(raw):
    for value in (raw, quote_from_bytes(raw).encode(), quote_from_bytes(raw).lower().encode()):
        (part,) = form_parts(request(b"a=" + value, URLENCODED))
        assert part.content == unquote_to_bytes(value.replace(b"+", b" "))


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"a=" + b"%41" * 4_000_000, URLENCODED),
        (b"a=" + b"%4" * 4_000_000, URLENCODED),
        (b"&" * 12_000_000, URLENCODED),
        (b"\r\n--a" * 2_000_000, "multipart/form-data; boundary=a"),
    ],
)
def test_a_form_that_is_all_escapes_takes_little_memory(body, kind):
    """It is read before anybody has said who sent it."""
    asked = request(body, kind)
    tracemalloc.start()
    try:
        with contextlib.suppress(Malformed):
            form_parts(asked)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * len(body)


def test_a_mail_that_is_all_escapes_is_read():
    (part,) = form_parts(request(b"a=" + b"%41" * 1_000_000, URLENCODED))
    assert part.content == b"A" * 1_000_000


@given(st.binary(max_size=200), st.sampled_from([URLENCODED, "multipart/form-data; boundary=x"]))
def test_anything_is_read_or_malformed(body, kind):
    try:
        form_parts(request(body, kind))
    except Malformed:
        return


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"a=1", "text/plain"),
        (b"a=1", "multipart/form-data"),
        (b"a=1", "multipart/form-data; boundary=x"),
        (b"--x\r\nno blank line\r\n--x--", "multipart/form-data; boundary=x"),
        (b"a=1&" * (MOST_PARTS + 1), URLENCODED),
        (b"--x\r\n\r\n\r\n" * (MOST_PARTS + 2), "multipart/form-data; boundary=x"),
    ],
)
def test_what_is_no_form(body, kind):
    with pytest.raises(Malformed):
        form_parts(request(body, kind))
