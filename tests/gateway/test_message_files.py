"""Files of messages as browsers and players ask for them."""

import aiohttp
import pytest

from gateway.api.handlers.files import headers_of, span_of
from gateway.errors import Refused
from normalizer.model import File
from tests.gateway.house import House, Person


@pytest.mark.parametrize(
    ("asked", "span"),
    [
        ("", None),
        ("bytes=0-", (0, 100)),
        ("bytes=10-19", (10, 20)),
        ("bytes=90-500", (90, 100)),
        ("bytes=-30", (70, 100)),
        ("bytes=-500", (0, 100)),
        ("bytes=20-10", None),
        ("bytes=-", None),
        ("bytes=0-1,5-6", None),
        ("lines=0-1", None),
    ],
)
def test_a_range_is_one_span_of_the_file(asked: str, span: tuple[int, int] | None) -> None:
    assert span_of(asked, 100) == span


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=500-600", "bytes=-0"])
def test_a_range_behind_the_end_is_refused(asked: str) -> None:
    with pytest.raises(Refused) as caught:
        span_of(asked, 100)
    assert caught.value.status == 416


@pytest.mark.parametrize(
    ("media_type", "given", "disposition"),
    [
        ("image/png", "image/png", "inline"),
        ("audio/ogg", "audio/ogg", "inline"),
        ("video/mp4", "video/mp4", "inline"),
        ("image/svg+xml", "application/octet-stream", "attachment"),
        ("text/html", "application/octet-stream", "attachment"),
        ("audio/x; charset=<script>", "application/octet-stream", "attachment"),
    ],
)
def test_only_what_cannot_run_is_shown_in_place(
    media_type: str, given: str, disposition: str
) -> None:
    file = File(id="f", kind="file", name="a b.bin", media_type=media_type, size=1, sha256="0" * 64)
    headers = headers_of(file)
    assert headers["Content-Type"] == given
    assert headers["Content-Disposition"] == f"{disposition}; filename*=UTF-8''a%20b.bin"
    assert "sandbox" in headers["Content-Security-Policy"]


async def test_an_upload_is_shown_to_its_agent_alone_and_in_ranges(
    house: House, admin: Person
) -> None:
    content, url = bytes(range(256)) * 700, "/api/v1/uploads"
    headers = {"X-CSRF-Token": admin.csrf, "Content-Type": "audio/ogg"}
    async with admin.http.post(f"{url}?name=a.ogg", data=content, headers=headers) as answer:
        made = await answer.json()

    async def asked(http: aiohttp.ClientSession, asked: str) -> tuple[int, str | None, bytes]:
        async with http.get(f"{url}/{made['id']}", headers={"Range": asked}) as answer:
            return answer.status, answer.headers.get("Content-Range"), await answer.read()

    assert await asked(admin.http, "") == (200, None, content)
    size = len(content)
    part = await asked(admin.http, "bytes=150000-150009")
    assert part == (206, f"bytes 150000-150009/{size}", content[150_000:150_010])
    status, _, _ = await asked(admin.http, f"bytes={size}-")
    assert status == 416
    jun = await house.person("jun@halden.example")
    assert (await jun.call("GET", f"/uploads/{made['id']}"))[0] == 404
