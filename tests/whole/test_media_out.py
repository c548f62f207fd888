"""Files that an agent sends: MIME to mail, an upload to Telegram, a link that Twilio opens."""

import asyncio

import aiohttp
import pytest

from tests.peers.provider import Provider
from tests.peers.smtp_sink import SmtpSink
from tests.site import Site
from tests.whole.far_side import (
    Inboxes,
    api,
    delivered,
    eventually,
    mail,
    reply,
    sms,
    stored,
    telegram,
    upload,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")
LABEL = b"%PDF-1.7\n" + b"return label " * 9000
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 1500
NAME = "Rücksendung 退货.pdf"
MAIL = """\
From: Eva Lund <eva@posta.example>
To: support@halden.example
Subject: Return
Message-ID: <return-1@posta.example>
Date: Fri, 20 Nov 2026 09:38:00 +0000
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

How do I send it back?
"""


async def test_mail_carries_it_as_mime(site: Site, sink: SmtpSink, inboxes: Inboxes) -> None:
    await mail(inboxes["email"], MAIL, "eva@posta.example")
    message = await eventually(lambda: site.db["messages"].find_one({"subject": "Return"}))
    sent = await reply(
        site, message, "Print this.", await upload(site, NAME, "application/pdf", LABEL)
    )
    await delivered(site, sent["id"], "sent")
    arrived = next(one for one in sink.mails if "eva@posta.example" in one["To"])
    files = [part for part in arrived.walk() if part.get_content_disposition() == "attachment"]
    assert [(p.get_content_type(), p.get_payload(decode=True)) for p in files] == [
        ("application/pdf", LABEL)
    ]
    assert files[0].get_filename() == NAME


async def test_a_picture_stands_in_the_text_of_a_mail(
    site: Site, sink: SmtpSink, inboxes: Inboxes
) -> None:
    raw = MAIL.replace("Return\n", "Picture\n").replace("return-1", "picture-1")
    await mail(inboxes["email"], raw, "eva@posta.example")
    message = await eventually(lambda: site.db["messages"].find_one({"subject": "Picture"}))
    shown = await upload(site, "label.png", "image/png", PICTURE)
    beside = await upload(site, NAME, "application/pdf", LABEL)
    body = {
        "conversation_id": message["conversation_id"],
        "text": "Like this.",
        "html": f'<p>Like <img src="cid:{shown}" alt="label"> this.</p>',
        "upload_ids": [shown, beside],
        "send_anyway": True,
    }
    path = f"/tickets/{message['ticket_id']}/replies"
    sent = await site.client.call("POST", path, body)
    await delivered(site, sent["id"], "sent")
    arrived = next(one for one in sink.mails if "Picture" in str(one["Subject"]))
    kinds = [part.get_content_type() for part in arrived.walk()]
    assert kinds == [
        *("multipart/mixed", "multipart/alternative", "text/plain"),
        *("multipart/related", "text/html", "image/png", "application/pdf"),
    ]
    [picture] = [part for part in arrived.walk() if part.get_content_type() == "image/png"]
    [html] = [part for part in arrived.walk() if part.get_content_type() == "text/html"]
    name = picture["Content-ID"].strip("<>")
    assert f'src="cid:{name}"' in html.get_payload(decode=True).decode()
    assert picture.get_content_disposition() == "inline"
    assert picture.get_payload(decode=True) == PICTURE
    seen = await site.client.http.get(f"{site.url}/api/v1/messages/{sent['id']}/html")
    assert "data:image/png;base64," in await seen.text()


async def test_telegram_is_uploaded_to(site: Site, provider: Provider, inboxes: Inboxes) -> None:
    await telegram(inboxes["telegram"], 4712, text="A picture of the new buckle?")
    message = await stored(site, "A picture of the new buckle?")
    ids = [
        await upload(site, "buckle.png", "image/png", PICTURE),
        await upload(site, "size.pdf", "application/pdf", LABEL),
    ]
    sent = await reply(site, message, "Here you are.", *ids)
    await delivered(site, sent["id"], "sent")
    got = [kept[1:] for kept in provider.attachments if kept[0] == "telegram"]
    assert got == [("image/png", "buckle.png", PICTURE), ("application/pdf", "size.pdf", LABEL)]


async def test_twilio_fetches_it_by_a_link(
    site: Site, provider: Provider, inboxes: Inboxes
) -> None:
    await sms(inboxes["twilio_sms"], "+14155550177", "Which colour is it?")
    message = await stored(site, "Which colour is it?")
    sent = await reply(
        site, message, "This one.", await upload(site, "colour.png", "image/png", PICTURE)
    )
    await delivered(site, sent["id"], "sent")
    got = [kept[1:] for kept in provider.attachments if kept[0] == "twilio_sms"]
    assert got == [("image/png", "colour.png", PICTURE)]


async def test_the_api_channel_gets_the_bytes(
    site: Site, provider: Provider, inboxes: Inboxes
) -> None:
    await api(inboxes["api"], {"id": "out-1", "sender": "u-7", "text": "Send me the terms"})
    message = await stored(site, "Send me the terms")
    sent = await reply(
        site, message, "Attached.", await upload(site, "terms.pdf", "application/pdf", LABEL)
    )
    await delivered(site, sent["id"], "sent")
    said = [body for channel, _, body in provider.sent if channel == "api"]
    assert any('"name": "terms.pdf"' in body for body in said)


async def test_a_chat_page_gets_links(site: Site) -> None:
    body = {"channel": "webchat", "name": "Chat", "address": "", "settings": {}}
    inbox = await site.client.call("POST", "/inboxes", body)
    await site.client.call("PATCH", f"/inboxes/{inbox['id']}", {"undo_s": 0})
    async with aiohttp.ClientSession() as http:
        socket = await http.ws_connect(f"{site.url}/chat/{inbox['id']}/ws")
        await socket.send_json({"type": "hello"})
        said = {"type": "message", "client_msg_id": "page-0001", "text": "Have you a size chart?"}
        await socket.send_json(said)
        message = await stored(site, "Have you a size chart?")
        await reply(site, message, "Here.", await upload(site, "sizes.png", "image/png", PICTURE))
        async with asyncio.timeout(20):
            while not (frame := await socket.receive_json()).get("files"):
                pass
        assert (frame["text"], frame["files"][0]["name"]) == ("Here.", "sizes.png")
        async with http.get(frame["files"][0]["url"]) as answer:
            assert (answer.status, await answer.read()) == (200, PICTURE)
        await socket.close()


async def test_nobody_else_opens_a_link(site: Site) -> None:
    async with aiohttp.ClientSession() as http:
        for token in ("x", "A" * 80, "A" * 5000, "%C3%A4"):
            async with http.get(f"{site.url}/files/{token}") as answer:
                assert answer.status == 404, token
