"""Received mails at a stand-in for Resend's API: all of them, each once, oldest first."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from connectors.channels.email_resend.connector import Resend, Settings
from connectors.contract import Account, InboxId
from connectors.errors import FetchFailed, Malformed
from connectors.events import MessageReceived
from connectors.http import HttpReply
from normalizer.mail.seen import as_read

API = "https://api.resend.com/emails/receiving"
NOW = datetime.now(UTC)
OURS = "support@halden.example"


class FakeResend:
    """Keeps mails newest first, as the list tells them."""

    def __init__(self) -> None:
        self.mails: list[dict] = []
        self.raw: dict[str, bytes] = {}
        self.down = False
        self.gone: set[str] = set()

    def receive(
        self,
        id: str,
        *,
        to: str = "support@halden.example",
        ago_s: int = 0,
        raw: bytes | None = b"",
    ) -> None:
        at = (NOW - timedelta(seconds=ago_s)).isoformat()
        mail = {
            "id": id,
            "to": [to],
            "from": "Eva <eva@far.example>",
            "created_at": at,
            "subject": "Tent",
            "message_id": f"<{id}@far.example>",
            "text": "It leaks.",
            "html": None,
            "headers": {"in-reply-to": "<t1@halden.example>"},
            "attachments": [{"id": "a1", "filename": "leak.jpg", "content_type": "image/jpeg"}],
        }
        if raw is not None:
            self.raw[id] = (
                raw
                or (
                    f"From: eva@far.example\r\nMessage-ID: <{id}@far.example>\r\n\r\nIt leaks.\r\n"
                ).encode()
            )
            mail["raw"] = {"download_url": f"https://cdn.example/{id}"}
        self.mails.insert(0, mail)

    async def request(self, method, url, *, headers=None, body=b"", timeout_s=0):
        assert method == "GET"
        assert headers == {"Authorization": "Bearer re_1"}
        if self.down:
            return HttpReply(status=503, headers={}, body=b"")
        path, _, query = url.removeprefix(API).partition("?")
        if path:
            return self._one(path.removeprefix("/"))
        after = query.partition("after=")[2]
        start = next((i + 1 for i, m in enumerate(self.mails) if m["id"] == after), 0)
        page = self.mails[start : start + 2]  # pages of two: there are several
        told = {"object": "list", "has_more": start + 2 < len(self.mails), "data": page}
        return HttpReply(status=200, headers={}, body=msgspec.json.encode(told))

    def _one(self, path: str) -> HttpReply:
        id, _, attachment = path.partition("/attachments/")
        if attachment:
            link = {"id": attachment, "download_url": f"https://cdn.example/{id}/{attachment}"}
            return HttpReply(status=200, headers={}, body=msgspec.json.encode(link))
        found = [m for m in self.mails if m["id"] == id and id not in self.gone]
        if not found:
            return HttpReply(status=404, headers={}, body=b"{}")
        return HttpReply(status=200, headers={}, body=msgspec.json.encode(found[0]))

    async def stream(self, url, *, headers=None, max_bytes=0, timeout_s=0):
        assert headers is None, "the key stays with Resend"
        id = url.removeprefix("https://cdn.example/")
        if id.endswith("/a1"):
            yield b"JPEG"
            return
        if id not in self.raw:
            raise FetchFailed("answered 403", retry=False, status=403)
        yield self.raw[id]


@pytest.fixture
def api() -> FakeResend:
    return FakeResend()


def connector(api: FakeResend, addresses: str = "") -> Resend:
    settings = Settings(api_key="re_1", signing_secret="whsec_eA==", addresses=addresses)
    account = Account(
        inbox_id=InboxId("i"),
        channel="email_resend",
        name="Support",
        address="support@halden.example",
        hook_url="",
        settings=settings,
    )
    return Resend(account, api)


async def taken(one: Resend, cursor: str) -> tuple[list[MessageReceived], str]:
    """Events of one pull, read by the normaliser, and the cursor after it."""
    events = []
    async for item in one.pull(cursor):
        parsed = one.parse_item(item.body, item.headers, NOW)
        events += [as_read(event) for event in parsed.events]
        cursor = item.cursor
    return events, cursor


async def begun(api: FakeResend) -> tuple[Resend, str]:
    one = connector(api)
    events, cursor = await taken(one, "")
    assert events == []
    assert cursor
    return one, cursor


async def test_new_mails_are_fetched_raw_oldest_first(api):
    api.receive("old", ago_s=7200)
    one, cursor = await begun(api)
    for id in ("m1", "m2", "m3"):
        api.receive(id)
    events, cursor = await taken(one, cursor)
    assert [event.native_id for event in events] == [f"m{n}@far.example" for n in (1, 2, 3)]
    assert events[0].text.strip() == "It leaks."
    assert (await taken(one, cursor))[0] == []


async def test_a_new_inbox_takes_what_came_while_it_was_made(api):
    api.receive("old", ago_s=7200)
    api.receive("young", ago_s=60)
    events, cursor = await taken(connector(api), "")
    assert [event.native_id for event in events] == ["young@far.example"]
    assert cursor == "young"


async def test_a_pull_that_was_cut_goes_on_where_the_journal_is(api):
    one, cursor = await begun(api)
    for id in ("m1", "m2", "m3"):
        api.receive(id)
    async for item in one.pull(cursor):
        cursor = item.cursor
        break
    events, _ = await taken(one, cursor)
    assert [event.native_id for event in events] == ["m2@far.example", "m3@far.example"]


async def test_each_inbox_takes_the_mail_to_its_own_address(api):
    one, cursor = await begun(api)
    api.receive("ours", to="Halden <Support+tk3@halden.example>")
    api.receive("theirs", to="sales@halden.example")
    events, cursor = await taken(one, cursor)
    assert [event.native_id for event in events] == ["ours@far.example"]
    assert cursor == "theirs", "others' mail is not looked at again"
    api.receive("more", to="sales@halden.example")
    assert len((await taken(connector(api, "@halden.example"), cursor))[0]) == 1


async def test_the_address_that_was_used_is_known(api):
    one, cursor = await begun(api)
    api.receive("ours", to="support+tk3@halden.example")
    items = [item async for item in one.pull(cursor)]
    assert items[0].body.startswith(b"Delivered-To: support+tk3@halden.example\r\n")


async def test_a_mail_without_a_raw_form_comes_in_fields_with_its_files(api):
    one, cursor = await begun(api)
    api.receive("m1", raw=None)
    (event,), _ = await taken(one, cursor)
    assert event.native_id == "m1@far.example"
    assert event.sender_name == "Eva"
    assert event.reply_to == "t1@halden.example"
    assert event.text.strip() == "It leaks."
    (file,) = event.attachments
    assert (file.name, file.kind, file.ref) == ("leak.jpg", "image", "m1/a1")
    assert b"".join([piece async for piece in await one.fetch(file.ref)]) == b"JPEG"


async def test_a_raw_form_that_is_gone_does_not_stop_the_others(api):
    one, cursor = await begun(api)
    api.receive("m1")
    del api.raw["m1"]
    api.receive("m2")
    events, _ = await taken(one, cursor)
    assert [event.native_id for event in events] == ["m1@far.example", "m2@far.example"]


async def test_a_mail_that_is_gone_is_told_of_and_the_others_come(api):
    one, cursor = await begun(api)
    api.receive("m1")
    api.receive("m2")
    api.gone.add("m1")
    first, second = [item async for item in one.pull(cursor)]
    with pytest.raises(Malformed, match="404"):
        one.parse_item(first.body, first.headers, NOW)
    assert one.parse_item(second.body, second.headers, NOW).events


async def test_an_outage_loses_nothing(api):
    one, cursor = await begun(api)
    api.receive("m1")
    api.down = True
    with pytest.raises(FetchFailed, match="503"):
        await taken(one, cursor)
    api.down = False
    assert len((await taken(one, cursor))[0]) == 1
