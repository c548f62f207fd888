"""Against a real relay: mail in by the thousand, replies out, and the reports that it writes."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import pytest_asyncio
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.peers.postfix import MISSING, SOURCE, Postfix, running_postfix
from tests.peers.smtp_sink import SmtpSink
from tests.site import Site
from tests.whole.far_side import Inboxes, delivered, eventually, mail

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.peer,
    pytest.mark.skipif(bool(MISSING), reason=MISSING),
]
ORDERS = "orders@outdoor.example"
MAILS = 1_000


class Far(SmtpSink):
    """The customers' server: it knows nobody called gone, and is slow with slow."""

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """aiosmtpd's hook."""
        if address.startswith("gone"):
            return "550 5.1.1 no such user here"
        if address.startswith("slow"):
            return "450 4.2.0 greylisted, come later"
        envelope.rcpt_tos.append(address)
        return "250 OK"


@pytest.fixture(scope="session")
def far() -> Iterator[Far]:
    """Behind the relay."""
    with Far() as far:
        yield far


@pytest.fixture(scope="session")
def relay(site: Site, far: Far) -> Iterator[Postfix]:
    """Between Parley and the customers, both ways."""
    with running_postfix({"outdoor.example": site.smtp_port, "far.example": far.port}) as relay:
        yield relay


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def orders(site: Site, inboxes: Inboxes, relay: Postfix) -> dict[str, str]:
    """An inbox that sends through the relay."""
    settings: dict[str, Any] = {
        "smtp_host": "127.0.0.1",
        "smtp_port": relay.port,
        "smtp_security": "none",
        "smtp_unlimited": True,
    }
    body = {"channel": "email", "name": "Orders", "address": ORDERS, "settings": settings}
    made = await site.client.call("POST", "/inboxes", body)
    await site.client.call("PATCH", f"/inboxes/{made['id']}", {"undo_s": 0})
    return {"id": made["id"], "address": ORDERS, "smtp_port": str(relay.port)}


async def _answered(
    site: Site, orders: dict[str, str], sender: str, *copies: str
) -> dict[str, Any]:
    """A customer writes through the relay; the reply to it."""
    subject = f"Order of {sender}"
    raw = (
        f"From: {sender}\nTo: {ORDERS}\nSubject: {subject}\n"
        f"Message-ID: <{sender}>\n\nWhere is it?\n"
    )
    await mail(orders, raw, sender, ORDERS)
    message = await eventually(lambda: site.db["messages"].find_one({"subject": subject}), 60)
    body = {
        "conversation_id": message["conversation_id"],
        "text": f"On its way, {sender}",
        "cc": list(copies),
        "send_anyway": True,
    }
    path = f"/tickets/{message['ticket_id']}/replies"
    sent: dict[str, Any] = await site.client.call("POST", path, body)
    return sent


async def _shown(site: Site, sent: dict[str, Any]) -> dict[str, Any]:
    page = await site.client.call("GET", f"/tickets/{sent['ticket_id']}/messages")
    found = next(one for one in page["items"] if one["id"] == sent["id"])
    delivery: dict[str, Any] = found["delivery"]
    return delivery


async def test_a_reply_goes_out_through_the_relay(
    site: Site, orders: dict[str, str], far: Far
) -> None:
    sent = await _answered(site, orders, "eva@far.example")
    await delivered(site, sent["id"], "sent")

    async def arrived() -> Any:
        return next((one for one in far.mails if "eva@" in one.as_string()), None)

    found = await eventually(arrived, 60)
    assert found["Subject"].startswith("Re: Order of eva@far.example [#")
    assert found["Return-Path"] is None or "+b" in found["Return-Path"]


async def test_a_bounce_that_the_relay_writes_fails_the_right_delivery(
    site: Site, orders: dict[str, str]
) -> None:
    fine = await _answered(site, orders, "fine@far.example")
    sent = await _answered(site, orders, "gone@far.example")
    delivery = await delivered(site, sent["id"], "failed")
    assert "no such user here" in delivery["reason"]
    assert (await _shown(site, fine))["state"] == "sent"
    ticket = await site.client.call("GET", f"/tickets/{sent['ticket_id']}")
    assert ticket["delivery_trouble"] == "failed"
    assert ticket["conversations"][0]["suppressed"]["address"] == "gone@far.example"
    reports = {"subject": {"$regex": "Undelivered"}, "inbox_id": orders["id"]}
    assert await site.db["tickets"].count_documents(reports) == 0


async def test_a_bounce_of_one_in_copy_names_that_one(site: Site, orders: dict[str, str]) -> None:
    sent = await _answered(site, orders, "jo@far.example", "gone.too@far.example")

    async def told() -> Any:
        return (await _shown(site, sent))["recipients"] or None

    [one] = await eventually(told, 60)
    assert (one["address"], one["state"]) == ("gone.too@far.example", "failed")
    assert (await _shown(site, sent))["state"] == "sent"


async def test_a_warning_that_the_relay_writes_is_a_delay(
    site: Site, orders: dict[str, str]
) -> None:
    sent = await _answered(site, orders, "slow@far.example")

    async def told() -> Any:
        return (await _shown(site, sent))["recipients"] or None

    [one] = await eventually(told, 90)
    assert (one["address"], one["state"]) == ("slow@far.example", "delayed")
    assert "greylisted" in one["reason"]
    assert (await _shown(site, sent))["state"] == "sent"


async def test_a_thousand_mails_in(site: Site, orders: dict[str, str]) -> None:
    source = await asyncio.create_subprocess_exec(
        *(SOURCE or "smtp-source", "-m", str(MAILS), "-s", "20", "-l", "4096"),
        *("-f", "many@posta.example", "-t", ORDERS, f"127.0.0.1:{site.smtp_port}"),
        stderr=asyncio.subprocess.PIPE,
    )
    _, words = await source.communicate()
    assert source.returncode == 0, words.decode()
    where = {"inbox_id": orders["id"], "author.address": "many@posta.example"}

    async def all_there() -> bool | None:
        return await site.db["messages"].count_documents(where) >= MAILS or None

    await eventually(all_there, 240)
    await site.settle(60)
    assert await site.db["messages"].count_documents(where) == MAILS
