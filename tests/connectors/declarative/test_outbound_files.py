# ruff: noqa: E501 - files and requests on one line each
"""Long texts and files of a declared channel: split, batched, one by one, brought first."""

import json
from urllib.parse import urlsplit

import pytest

from connectors.contract import Accepted, Rejected, RetryLater
from connectors.standin import CannedReply
from tests.connectors.declarative.sending import SEND, file, form, message, sent


async def test_a_long_text_is_split_as_the_network_counts(tmp_path):
    text = (
        '[limits]\nmax_chars = 160\nunit = "sms"\n'
        + SEND
        + 'form = { text = "{text}", n = "{piece}/{pieces}", id = "{piece_id}" }\n'
    )
    outcome, requests = await sent(tmp_path, text, what=message("word " * 40))
    assert [form(r)["n"] for r in requests] == ["1/2", "2/2"]
    assert [form(r)["id"] for r in requests] == ["m1", "m1.2"]
    assert all(len(form(r)["text"]) <= 160 for r in requests)
    _, requests = await sent(tmp_path, text, what=message("слово " * 20))
    assert [len(form(r)["text"]) <= 70 for r in requests] == [True, True]
    assert isinstance(outcome, Accepted)


async def test_files_in_the_text(tmp_path):
    text = SEND + 'files = "in_text"\nform = { text = "{text}" }\n'
    _, [one] = await sent(tmp_path, text, what=message("See:", [file(), file(url="https://x/2")]))
    assert form(one)["text"] == "See:\nhttps://parley.example/files/1\nhttps://x/2"
    refused, none = await sent(tmp_path, text, what=message("See:", [file(url="")]))
    assert isinstance(refused, Rejected)
    assert none == []


async def test_files_together_in_batches(tmp_path):
    text = (
        "[limits]\nattachments_max = 2\n"
        + SEND
        + 'files = "together"\njson = { "text?" = "{text}", media = "{files[].url}" }\n'
    )
    _, requests = await sent(
        tmp_path, text, what=message("See", [file(url=f"https://x/{n}") for n in range(3)])
    )
    assert [json.loads(r.body) for r in requests] == [
        {"text": "See", "media": ["https://x/0", "https://x/1"]}, {"media": ["https://x/2"]},
    ]  # fmt: skip


EACH = (
    SEND
    + 'files = "each"\njson = { text = "{text}" }\n[[send.variants]]\nwhen = "file.kind == \'image\'"\nurl = "https://api.example.com/image"\njson = { url = "{file.url}" }\n[[send.variants]]\nwhen = "file"\njson = { file = "{file.name}" }\n'
)


async def test_files_one_by_one_each_in_its_variant(tmp_path):
    _, requests = await sent(tmp_path, EACH, what=message("See", [file(), file("b.png")]))
    assert [(urlsplit(r.url).path, json.loads(r.body)) for r in requests] == [
        ("/send", {"text": "See"}), ("/send", {"file": "a.pdf"}),
        ("/image", {"url": "https://parley.example/files/1"}),
    ]  # fmt: skip


async def test_the_first_file_bears_the_text(tmp_path):
    text = (
        SEND
        + 'files = "each"\ncaption = true\nmultipart = { file_field = "media", fields = { caption = "{text}" } }\n'
    )
    _, [one, two] = await sent(
        tmp_path, text, what=message("See", [file(url=""), file("b.png", "", b"more")])
    )
    assert one.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert 'name="caption"' in one.body
    assert "See" in one.body
    assert 'name="media"; filename="a.pdf"' in one.body
    assert "bytes" in one.body
    assert "See" not in two.body
    assert "more" in two.body


async def test_a_form_in_parts_needs_no_file(tmp_path):
    text = SEND + 'files = "each"\nmultipart = { fields = { to = "{to}", media = "{file.url}" } }\n'
    outcome, [one] = await sent(tmp_path, text, what=message("", [file()]))
    assert one.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert 'name="media"\r\n\r\nhttps://parley.example/files/1' in one.body
    assert "filename" not in one.body
    assert isinstance(outcome, Accepted)


UPLOAD = (
    SEND
    + 'files = "each"\njson = { text = "{text}", media = "{file.ref}" }\n[send.upload]\nurl = "https://api.example.com/media"\nmultipart = { file_field = "f" }\nref = "body.media_id"\n'
)


async def test_a_file_is_brought_first(tmp_path):
    replies = [CannedReply(url="*/media", body={"media_id": 77}), CannedReply(url="*/send")]
    outcome, [up, one] = await sent(tmp_path, UPLOAD, *replies, what=message("", [file(url="")]))
    assert "bytes" in up.body
    assert json.loads(one.body) == {"text": "", "media": "77"}
    assert isinstance(outcome, Accepted)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [(CannedReply(url="*/media", status=413), Rejected), (CannedReply(url="*/media", status=429), RetryLater),
     (CannedReply(url="*/media", body={}), Rejected)],
)  # fmt: skip
async def test_a_file_that_is_not_taken_sends_no_message(tmp_path, reply, kind):
    outcome, requests = await sent(tmp_path, UPLOAD, reply, what=message("", [file(url="")]))
    assert isinstance(outcome, kind)
    assert len(requests) == 1
