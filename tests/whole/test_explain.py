"""``parley explain mail --inbox`` beside a running site: the rule that ingest would follow."""

import json
from pathlib import Path

import pytest

from tests.peers.smtp_sink import SmtpSink
from tests.site import Site
from tests.whole.far_side import Inboxes, delivered, eventually, mail, reply

pytestmark = pytest.mark.asyncio(loop_scope="session")
FIRST = """\
From: Ida Holm <ida@posta.example>
To: support@halden.example
Subject: Zip
Message-ID: <zip-1@posta.example>

It jams.
"""
ANSWER = """\
From: {sender}
To: {to}
Subject: Re: Zip
Message-ID: <{id}@posta.example>
In-Reply-To: <{parent}>

Thanks.
"""


async def _threading(site: Site, tmp_path: Path, *raws: str) -> list[dict]:
    files = []
    for number, raw in enumerate(raws):
        files.append(tmp_path / f"{number}.eml")
        files[-1].write_text(raw)
    names = "\0".join(map(str, files)).encode()
    lines = await site.cli(
        *("explain", "mail", "--stdin0", "--inbox", "support@halden.example"), given=names
    )
    return [json.loads(line)["threading"] for line in lines.splitlines()]


async def test_each_rule_is_named(
    site: Site, sink: SmtpSink, inboxes: Inboxes, tmp_path: Path
) -> None:
    await mail(inboxes["email"], FIRST, "ida@posta.example")
    message = await eventually(lambda: site.db["messages"].find_one({"subject": "Zip"}))
    sent = await reply(site, message, "Wax it.")
    await delivered(site, sent["id"], "sent")
    ours = next(one for one in sink.mails if one["In-Reply-To"] == "<zip-1@posta.example>")
    number = (await site.db["tickets"].find_one({"_id": message["ticket_id"]}))["number"]
    before = await site.db["messages"].count_documents({})

    def answer(id: str, **values: str) -> str:
        given = {"sender": "ida@posta.example", "to": "support@halden.example", **values}
        return ANSWER.format(id=id, **given)

    known, token, reference, stranger = await _threading(
        site,
        tmp_path,
        FIRST,
        answer("a1", to=str(ours["Reply-To"]), parent="x@y.example"),
        answer("a2", parent="zip-1@posta.example"),
        answer("a3", parent="zip-1@posta.example", sender="mallory@far.example"),
    )
    assert (known["rule"], known["ticket"]) == ("known", number)
    assert (token["rule"], token["ticket"]) == ("token", number)
    assert (reference["rule"], reference["ticket"]) == ("reference", number)
    assert (stranger["rule"], stranger["ticket"]) == ("new", None)
    assert "took no part" in stranger["why"]
    assert await site.db["messages"].count_documents({}) == before
