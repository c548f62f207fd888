"""``parley inbox dkim`` on a running site: the next reply carries a signature that verifies."""

import shlex

import dkim
import pytest

from tests.peers.smtp_sink import SmtpSink
from tests.site import Site
from tests.whole.far_side import Inboxes, delivered, eventually, mail, reply

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_replies_are_signed_once_a_key_was_made(
    site: Site, sink: SmtpSink, inboxes: Inboxes
) -> None:
    record = (await site.cli("inbox", "dkim", inboxes["email"]["address"])).decode()
    again = (await site.cli("inbox", "dkim", inboxes["email"]["id"])).decode()
    assert record == again  # the key stays
    name, _, _, *pieces = shlex.split(record)
    assert name == "parley._domainkey.halden.example."
    raw = (
        "From: Ada <ada@posta.example>\nTo: support@halden.example\nSubject: Signed\n"
        "Message-ID: <signed@posta.example>\n\nIs this really you?\n"
    )
    await mail(inboxes["email"], raw, "ada@posta.example")
    message = await eventually(lambda: site.db["messages"].find_one({"subject": "Signed"}))
    sent = await reply(site, message, "It is.")
    await delivered(site, sent["id"], "sent")
    content = next(one.content for one in sink.envelopes if b"It is." in (one.content or b""))
    known = {name.encode(): "".join(pieces).encode()}
    assert dkim.verify(content, dnsfunc=lambda asked, timeout=5: known.get(asked))
