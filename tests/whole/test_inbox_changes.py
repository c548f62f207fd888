"""What an administrator changes holds in every edge and worker at once, without a restart."""

from pathlib import Path
from typing import Any

import aiosmtplib
import pytest

from tests.peers.provider import Provider
from tests.peers.smtp_sink import SmtpSink
from tests.site import Site
from tests.whole.far_side import Inboxes, api, delivered, eventually, mail, reply

pytestmark = pytest.mark.asyncio(loop_scope="session")
ESTABLISHED = "01"


async def _inbox(site: Site, channel: str, address: str, **settings: Any) -> dict[str, str]:
    body = {
        "channel": channel,
        "name": address or channel,
        "address": address,
        "settings": settings,
    }
    made = await site.client.call("POST", "/inboxes", body)
    await site.client.call("PATCH", f"/inboxes/{made['id']}", {"undo_s": 0})
    hook = f"{site.url}/hooks/{channel}/{made['id']}"
    return {"id": made["id"], "address": address, "hook_url": hook}


async def _change(site: Site, inbox: dict[str, str], **values: Any) -> None:
    await site.client.call("PATCH", f"/inboxes/{inbox['id']}", values)


async def _until(site: Site, inbox: dict[str, str], token: str, status: int) -> None:
    """Wait until both edges answer so."""

    async def look() -> bool | None:
        return await _answers(inbox, token) == {status} or None

    await eventually(look)


async def _answers(inbox: dict[str, str], token: str) -> set[int]:
    """Statuses of ten requests over ten connections: the kernel gives them to either edge."""
    item = {"sender": "u-1", "text": "again", "id": "same"}
    return {await api({**inbox, "token": token}, item) for _ in range(10)}


def _lines_to(port: int) -> int:
    """Established connections of this machine to a loopback port, from /proc/net/tcp."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    wanted = f":{port:04X}"
    return sum(row[2].endswith(wanted) and row[3] == ESTABLISHED for row in rows)


async def _none_to(port: int) -> bool | None:
    return _lines_to(port) == 0 or None


async def _refusal(inbox: dict[str, str], raw: str) -> aiosmtplib.SMTPRecipientRefused | None:
    try:
        await mail(inbox, raw, "eva@posta.example")
    except aiosmtplib.SMTPRecipientsRefused as error:
        return error.recipients[0]
    return None


async def test_a_new_secret_holds_in_every_edge(site: Site) -> None:
    inbox = await _inbox(site, "api", "", token="first-token")
    await _until(site, inbox, "first-token", 202)
    await _change(site, inbox, settings={"token": "second-token"})
    await _until(site, inbox, "first-token", 401)
    assert await _answers(inbox, "second-token") == {202}


async def test_an_inbox_that_is_switched_off_takes_nothing(site: Site) -> None:
    hook = await _inbox(site, "api", "", token="t0ken")
    box = await _inbox(site, "email", "returns@halden.example")
    raw = "From: eva@posta.example\nSubject: x\n\ny\n"
    to = {**box, "smtp_port": str(site.smtp_port)}
    await _until(site, hook, "t0ken", 202)
    await mail(to, raw, "eva@posta.example")
    for inbox in (hook, box):
        await _change(site, inbox, active=False)
    await _until(site, hook, "t0ken", 404)
    refusal = await eventually(lambda: _refusal(to, raw))
    assert refusal.code == 550
    for inbox in (hook, box):
        await _change(site, inbox, active=True)
    await _until(site, hook, "t0ken", 202)


async def test_a_new_mail_server_is_used_and_the_old_line_closed(
    site: Site, provider: Provider, inboxes: Inboxes
) -> None:
    with SmtpSink() as first, SmtpSink() as second:
        server = {"smtp_host": "127.0.0.1", "smtp_security": "none"}
        inbox = await _inbox(site, "email", "moved@halden.example", smtp_port=first.port, **server)
        to = {**inbox, "smtp_port": str(site.smtp_port)}
        raw = "From: ole@posta.example\nSubject: Moving house\nMessage-ID: <mv@p.example>\n\nHi\n"
        await mail(to, raw, "ole@posta.example")
        about = {"subject": "Moving house"}
        message = await eventually(lambda: site.db["messages"].find_one(about))
        sent = await reply(site, message, "By the first server.")
        await delivered(site, sent["id"], "sent")
        assert (len(first.mails), _lines_to(first.port)) == (1, 1)
        await _change(site, inbox, settings={"smtp_port": second.port})
        await eventually(lambda: _none_to(first.port))
        sent = await reply(site, message, "By the second server.")
        await delivered(site, sent["id"], "sent")
        assert (len(first.mails), len(second.mails)) == (1, 1)
