"""Files that come as references: fetched by a job, stored, or failed with a reason."""

import hashlib

import pytest
from aiohttp import web

from tests.peers.provider import Provider
from tests.site import Site
from tests.whole.far_side import Inboxes, api, eventually, settled_file, sms, stored, telegram

pytestmark = pytest.mark.asyncio(loop_scope="session")
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 2000  # more than one GridFS-free piece


async def _content(site: Site, message: dict, file: dict) -> bytes:
    url = f"{site.url}/api/v1/messages/{message['_id']}/files/{file['id']}"
    async with site.client.http.get(url) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.read()


async def test_telegram_photo_and_document(
    site: Site, provider: Provider, inboxes: Inboxes
) -> None:
    provider.files |= {"photo-big": PICTURE, "doc-1": b"%PDF-1.7 manual"}
    sizes = [{"file_id": "photo-small", "file_size": 9}, {"file_id": "photo-big", "file_size": 99}]
    inbox = inboxes["telegram"]
    assert await telegram(inbox, 4711, caption="The pole broke here", photo=sizes) == 200
    document = {"file_id": "doc-1", "file_name": "manual.pdf", "mime_type": "application/pdf"}
    assert await telegram(inbox, 4711, caption="and the manual", document=document) == 200
    photo = await settled_file(site, "The pole broke here")
    assert photo["sha256"] == hashlib.sha256(PICTURE).hexdigest()
    message = await stored(site, "The pole broke here")
    assert await _content(site, message, photo) == PICTURE
    manual = await settled_file(site, "and the manual")
    assert (manual["name"], manual["size"]) == ("manual.pdf", 15)
    assert "source" not in manual


async def test_twilio_picture_with_the_accounts_login(
    site: Site, provider: Provider, inboxes: Inboxes
) -> None:
    provider.files["mms-1"] = PICTURE
    link = (f"{provider.base_url}/kept/mms-1", "image/png")
    assert await sms(inboxes["twilio_sms"], "+14155550123", "Look at this seam", link) == 200
    file = await settled_file(site, "Look at this seam")
    assert (file["kind"], file["media_type"], file["size"]) == ("image", "image/png", len(PICTURE))


async def test_a_link_on_the_api_channel_comes_at_the_second_try(
    site: Site, provider: Provider, inboxes: Inboxes
) -> None:
    provider.files["late.txt"] = b"it came"
    provider.refuse_file["late.txt"] = [web.Response(status=503)]
    attachment = {"url": f"{provider.base_url}/kept/late.txt", "name": "late.txt"}
    item = {"id": "m-late", "sender": "u-1", "text": "See my list", "attachments": [attachment]}
    assert await api(inboxes["api"], item) == 202
    assert await api(inboxes["api"], item) == 202
    file = await settled_file(site, "See my list")
    assert file["sha256"] == hashlib.sha256(b"it came").hexdigest()
    assert provider.asked_for["late.txt"] == 2
    assert await site.db["messages"].count_documents({"text": "See my list"}) == 1


async def test_what_is_gone_fails_at_once_and_says_why(
    site: Site, provider: Provider, inboxes: Inboxes
) -> None:
    attachment = {"url": f"{provider.base_url}/kept/never.jpg", "name": "never.jpg"}
    item = {"id": "m-gone", "sender": "u-1", "text": "Gone picture", "attachments": [attachment]}
    assert await api(inboxes["api"], item) == 202
    file = await settled_file(site, "Gone picture")
    assert (file["state"], file["reason"]) == ("failed", "answered 404")
    assert provider.asked_for["never.jpg"] == 1
    message = await stored(site, "Gone picture")
    shown = await site.client.call("GET", f"/tickets/{message['ticket_id']}/messages")
    files = next(one["files"] for one in shown["items"] if one["id"] == message["_id"])
    assert (files[0]["state"], files[0]["reason"]) == ("failed", "answered 404")
    events = site.db["events"]
    told = {"message_id": message["_id"], "kind": "message.changed"}
    assert await eventually(lambda: events.find_one(told))


async def test_a_way_into_our_network_is_refused(
    site: Site, provider: Provider, inboxes: Inboxes
) -> None:
    inside = "http://10.1.2.3/admin"
    provider.refuse_file["turn"] = [web.Response(status=302, headers={"location": inside})]
    links = {"direct": inside, "turned": f"{provider.base_url}/kept/turn"}
    for name, url in links.items():
        text = f"A {name} way in"
        item = {"id": f"m-{name}", "sender": "u-1", "text": text, "attachments": [{"url": url}]}
        assert await api(inboxes["api"], item) == 202
        file = await settled_file(site, text)
        assert (file["state"], file["reason"]) == ("failed", "10.1.2.3 is not a public address")
