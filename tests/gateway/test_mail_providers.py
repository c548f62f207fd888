"""An inbox at a mail provider is an inbox of mail: threads, answers, reports, SMTP beside it."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from urllib.parse import urlencode

import msgspec
import pytest
from aiohttp import web
from aiohttp.abc import ResolveResult

from config.settings import Settings
from connectors.kit.egress import GuardedResolver
from connectors.kit.mail.trace import Envelope, to_headers
from gateway.errors import Refused
from storage.ids import utc_now
from storage.journal import NewRecord
from tests.gateway.house import House, Person
from ticketing.model import Inbox

KEY = "signing-key"
ADDRESS = "support@halden.example"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, egress_allow=("127.0.0.1",))


class Mailgun:
    """The far side: what it was asked to send."""

    def __init__(self) -> None:
        self.sent: list[dict[str, str]] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"].startswith("Basic ")
        form = await request.post()
        self.sent.append({name: str(value) for name, value in form.items()})
        return web.json_response({"id": "<1@mailgun>", "message": "Queued. Thank you."})


@pytest.fixture
async def mailgun() -> AsyncIterator[Mailgun]:
    far = Mailgun()
    app = web.Application()
    app.router.add_post("/v3/halden.example/messages", far.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    far.url = site.name
    yield far
    await runner.cleanup()


async def made(house: House, far: Mailgun, channel: str = "email_mailgun") -> Inbox:
    return await house.base.inboxes.create(
        channel=channel,
        name="Support",
        address=ADDRESS,
        settings={"api_key": "key", "signing_key": KEY, "base_url": far.url},
        now=utc_now(),
        undo_s=0,
    )


def signed(token: str) -> dict[str, str]:
    stamp = str(int(time.time()))
    digest = hmac.new(KEY.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {"timestamp": stamp, "token": token, "signature": digest}


async def arrives(house: House, inbox: Inbox, id: str, **fields: str) -> int:
    """A mail of a customer by webhook; the status."""
    said = {
        "recipient": ADDRESS,
        "sender": "eva@far.example",
        "message-headers": json.dumps(
            [["From", "Eva <eva@far.example>"], ["Message-Id", f"<{id}@far.example>"],
             ["Subject", "Tent pole"], ["To", ADDRESS], *json.loads(fields.pop("headers", "[]"))]
        ),
        "body-plain": f"It broke: {id}",
        **fields,
        **signed(id),
    }  # fmt: skip
    path = f"/hooks/{inbox.channel}/{inbox.id}"
    async with house.browser().post(path, data=urlencode(said), headers=FORM) as answer:
        return answer.status


async def reports(house: House, inbox: Inbox, event: str, message: str, **data: object) -> int:
    """What Mailgun says of one of our mails; the status."""
    about = {
        "event": event,
        "timestamp": time.time(),
        "id": f"e-{event}",
        "recipient": "eva@far.example",
        "user-variables": {"parley": message},
        **data,
    }
    hook = {"signature": signed(event), "event-data": about}
    path = f"/hooks/{inbox.channel}/{inbox.id}"
    async with house.browser().post(path, json=hook) as answer:
        return answer.status


async def until(look: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not await look():  # noqa: ASYNC110  a worker's
            await asyncio.sleep(0.05)


async def tickets(admin: Person) -> list[dict]:
    return (await admin.get("/tickets?view=all"))["items"]


async def test_a_mail_is_answered_and_reported_on(
    house: House, admin: Person, mailgun: Mailgun
) -> None:
    inbox = await made(house, mailgun)
    assert await arrives(house, inbox, "m1") == 200
    await house.drained()
    (ticket,) = await tickets(admin)
    assert (ticket["channel"], ticket["subject"]) == ("email_mailgun", "Tent pole")
    opened = await admin.get(f"/tickets/{ticket['id']}")
    reply = {
        "conversation_id": opened["conversations"][0]["id"],
        "text": "A new pole is on its way.",
        "cc": ["jonas@far.example"],
    }
    status, sent = await admin.call("POST", f"/tickets/{ticket['id']}/replies", reply)
    assert status == 201, sent

    async def gone() -> bool:
        return bool(mailgun.sent)

    await until(gone)
    (form,) = mailgun.sent
    assert form["to"] == '"Eva" <eva@far.example>'
    assert form["cc"] == "jonas@far.example"
    assert form["subject"] == f"Re: Tent pole [#{ticket['number']}]"
    assert form["h:In-Reply-To"] == "<m1@far.example>"
    assert form["v:parley"] == sent["id"]
    assert "on its way" in form["html"]

    async def state(wanted: str) -> bool:
        found = (await admin.get(f"/tickets/{ticket['id']}/messages"))["items"]
        return any((m.get("delivery") or {}).get("state") == wanted for m in found)

    await until(lambda: state("sent"))
    assert await reports(house, inbox, "delivered", sent["id"]) == 200
    other = {"recipient": "jonas@far.example"}
    assert await reports(house, inbox, "delivered", sent["id"], id="e2", **other) == 200
    await until(lambda: state("delivered"))

    # an answer to the signed address, under a Message-ID that nobody here made
    token = form["h:Reply-To"].partition("<")[2].strip(">")
    headers = json.dumps([["In-Reply-To", "<provider-made@mailgun>"]])
    assert await arrives(house, inbox, "m2", recipient=token, headers=headers) == 200
    # and one that knows only our Message-ID
    headers = json.dumps([["In-Reply-To", form["h:Message-ID"]]])
    assert await arrives(house, inbox, "m3", headers=headers) == 200
    await house.drained()
    assert [one["id"] for one in await tickets(admin)] == [ticket["id"]]
    texts = [m["text"] for m in (await admin.get(f"/tickets/{ticket['id']}/messages"))["items"]]
    assert sum("It broke" in text for text in texts) == 3


async def test_a_bounce_fails_the_delivery_and_tells_why(
    house: House, admin: Person, mailgun: Mailgun
) -> None:
    inbox = await made(house, mailgun)
    await arrives(house, inbox, "m1")
    await house.drained()
    (ticket,) = await tickets(admin)
    opened = await admin.get(f"/tickets/{ticket['id']}")
    reply = {"conversation_id": opened["conversations"][0]["id"], "text": "On its way."}
    _, sent = await admin.call("POST", f"/tickets/{ticket['id']}/replies", reply)
    status = {"code": 550, "message": "5.1.1 No such user"}
    said = {"severity": "permanent", "delivery-status": status}

    async def failed() -> bool:
        found = (await admin.get(f"/tickets/{ticket['id']}/messages"))["items"]
        (one,) = [m for m in found if m["id"] == sent["id"]]
        return one["delivery"]["state"] == "failed" and "No such user" in one["delivery"]["reason"]

    async def gone() -> bool:
        return bool(mailgun.sent)

    await until(gone)
    assert await reports(house, inbox, "failed", sent["id"], **said) == 200
    await until(failed)


async def test_the_same_mail_twice_is_one_message(
    house: House, admin: Person, mailgun: Mailgun
) -> None:
    inbox = await made(house, mailgun)
    for _ in range(2):
        assert await arrives(house, inbox, "m1") == 200
    await house.drained()
    (ticket,) = await tickets(admin)
    assert len((await admin.get(f"/tickets/{ticket['id']}/messages"))["items"]) == 1


async def test_smtp_brings_mail_to_it_as_well(
    house: House, admin: Person, mailgun: Mailgun
) -> None:
    inbox = await made(house, mailgun)
    assert await house.base.directory.inbox_for("Support+tk3@halden.example") == inbox.id
    raw = b"From: eva@far.example\r\nMessage-ID: <s1@far.example>\r\n\r\nIt leaks.\r\n"
    envelope = Envelope(mail_from="eva@far.example", rcpt_to=(ADDRESS,), peer="192.0.2.1")
    await house.base.journal.append(
        NewRecord(
            inbox_id=inbox.id,
            channel="email",
            transport="smtp",
            received_at=utc_now(),
            request_id="r1",
            body=raw,
            headers=to_headers(envelope),
        )
    )
    await house.drained()
    (ticket,) = await tickets(admin)
    assert ticket["channel"] == "email_mailgun"


async def test_one_address_belongs_to_one_inbox_of_mail(house: House, mailgun: Mailgun) -> None:
    await made(house, mailgun)
    with pytest.raises(Refused, match="another inbox has this address"):
        await house.base.inboxes.create(
            channel="email", name="Twin", address=ADDRESS, settings={}, now=utc_now()
        )


async def test_an_address_of_another_kind_takes_no_mail(house: House) -> None:
    await house.base.inboxes.create(
        channel="webchat", name="Chat", address="chat@halden.example", settings={}, now=utc_now()
    )
    assert await house.base.directory.inbox_for("chat@halden.example") is None


async def test_a_mail_may_be_larger_than_other_requests(house: House, mailgun: Mailgun) -> None:
    inbox = await made(house, mailgun)
    assert await arrives(house, inbox, "m1", **{"body-plain": "x" * 200_000}) == 200


async def test_mandrill_finds_somebody_there_and_nothing_is_stored(house: House) -> None:
    inbox = await house.base.inboxes.create(
        channel="email_mandrill",
        name="Mandrill",
        address="help@halden.example",
        settings={"api_key": "k", "webhook_key": "w"},
        now=utc_now(),
    )
    browser = house.browser()
    async with browser.head(f"/hooks/email_mandrill/{inbox.id}") as answer:
        assert answer.status == 200
    async with browser.head(f"/hooks/telegram/{await house.telegram()}") as answer:
        assert answer.status == 401
    assert (await house.base.journal.counts()).pending == 0
    assert await house.base.mongo.db["journal"].count_documents({}) == 0


async def test_what_cannot_be_checked_now_is_asked_for_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Amazon's certificate is out of reach: SNS is told to come later, nothing is stored."""

    async def nowhere(*_: object, **__: object) -> list[ResolveResult]:
        raise OSError("no network")

    monkeypatch.setattr(GuardedResolver, "resolve", nowhere)
    topic = "arn:aws:sns:eu-west-1:111:parley"
    inbox = await house.base.inboxes.create(
        channel="email_amazon_ses",
        name="SES",
        address="ses@halden.example",
        settings={
            "access_key_id": "AK",
            "secret_access_key": "s",
            "region": "eu-west-1",
            "topic_arns": topic,
        },
        now=utc_now(),
    )
    hook = {
        "Type": "Notification",
        "TopicArn": topic,
        "MessageId": "1",
        "Message": "{}",
        "Timestamp": "2026-11-18T11:06:41.000Z",
        "SignatureVersion": "1",
        "Signature": "x",
        "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem",
    }
    path = f"/hooks/email_amazon_ses/{inbox.id}"
    async with house.browser().post(path, json=hook) as answer:
        assert answer.status == 503
    async with house.browser().post(path, json={**hook, "TopicArn": "arn:other"}) as answer:
        assert answer.status == 401
    assert await house.base.mongo.db["journal"].count_documents({}) == 0
