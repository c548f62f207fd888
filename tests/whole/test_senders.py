"""Who sent a mail, from SMTP and the DNS to what the agent's app is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.normalizer.trust.signing import key, record, signed
from tests.peers.name_server import SILENT, NameServer
from tests.site import Site
from tests.whole.far_side import Inboxes, eventually, mail

pytestmark = pytest.mark.asyncio(loop_scope="session")

KEY_NAME = ("s1._domainkey.sender.example", "TXT")


def letter(words: str, above: str = "", **signing: Any) -> str:
    plain = (
        f"From: Ada <ada@sender.example>\r\nTo: support@halden.example\r\nSubject: {words}\r\n"
        f"Message-ID: <{words.replace(' ', '-')}@sender.example>\r\n\r\n{words}\r\n"
    ).encode()
    raw = signed(plain, domain="sender.example", **signing) if signing else plain
    return above + raw.decode().replace("\r\n", "\n")


async def arrived(site: Site, words: str) -> dict[str, Any]:
    return await eventually(lambda: site.db["messages"].find_one({"subject": words}))


async def told(site: Site, words: str) -> dict[str, Any]:
    """The message as the API shows it."""
    message = await arrived(site, words)
    shown = await site.client.call("GET", f"/tickets/{message['ticket_id']}/messages")
    (found,) = [one for one in shown["items"] if one["subject"] == words]
    return found


async def test_a_signature_is_verified_by_the_key_in_the_dns(
    site: Site, inboxes: Inboxes, name_server: NameServer
) -> None:
    name_server.zone[KEY_NAME] = [record(key())]
    raw = letter("Truly mine", canonical="relaxed/relaxed")
    await mail(inboxes["email"], raw, "ada@sender.example")
    found = await told(site, "Truly mine")
    assert found["sender_trust"]["verdict"] == "pass"
    assert (found["sender_trust"]["dkim"], found["sender_trust"]["domain"]) == (
        "pass",
        "sender.example",
    )
    assert found["warnings"] == []


async def test_our_relay_s_word_counts_and_a_stranger_s_does_not(
    site: Site, inboxes: Inboxes
) -> None:
    said = "Authentication-Results: {by}; dmarc=fail (p=reject) header.from=sender.example\n"
    forged = said.replace("fail", "pass").format(by="mx.evil.example")
    await mail(inboxes["email"], letter("Forged field", forged), "eve@evil.example")
    assert (await told(site, "Forged field"))["sender_trust"]["verdict"] == "none"
    ours = said.format(by="mx.halden.example")
    await mail(inboxes["email"], letter("Failed there", ours), "eve@evil.example")
    found = await told(site, "Failed there")
    assert (found["sender_trust"]["verdict"], found["sender_trust"]["by"]) == (
        "fail",
        "mx.halden.example",
    )
    assert found["warnings"] == ["sender-failed"]


async def test_a_silent_dns_holds_up_nobody_else(
    site: Site, inboxes: Inboxes, name_server: NameServer
) -> None:
    name_server.zone["slow._domainkey.sender.example", "TXT"] = SILENT
    raw = letter("Slow names", canonical="simple/simple").replace(" s=s1;", " s=slow;")
    await mail(inboxes["email"], raw, "ada@sender.example")
    await mail(inboxes["email"], letter("Meanwhile"), "ada@sender.example")
    meanwhile, slow = await arrived(site, "Meanwhile"), await arrived(site, "Slow names")
    assert slow["trust"]["verdict"] == "temperror"
    assert slow["received_at"] < meanwhile["received_at"]
    numbers = [
        (await site.db["tickets"].find_one({"_id": one["ticket_id"]}))["number"]
        for one in (meanwhile, slow)
    ]
    assert numbers == sorted(numbers)


async def test_explain_asks_the_dns_when_told_to(
    site: Site, name_server: NameServer, tmp_path: Path
) -> None:
    name_server.zone[KEY_NAME] = [record(key())]
    name_server.zone["_dmarc.sender.example", "TXT"] = ["v=DMARC1; p=reject"]
    name_server.zone["sender.example", "TXT"] = ["v=spf1 -all"]
    file = tmp_path / "one.eml"
    file.write_bytes(letter("Explained", canonical="relaxed/simple").replace("\n", "\r\n").encode())

    async def line(*options: str) -> dict[str, Any]:
        found = json.loads(await site.cli("explain", "mail", str(file), *options))
        return found["sender_trust"]

    assert await line() is None
    assert (await line("--check-sender"))["verdict"] == "pass"
    client = ("--client", "203.0.113.9", "--helo", "x.example", "--mail-from", "a@sender.example")
    asked = await line(*client)
    assert (asked["spf"], asked["dkim"], asked["verdict"]) == ("fail", "pass", "pass")
    file.write_bytes(letter("Altered").replace("\n", "\r\n").encode())
    assert (await line(*client))["verdict"] == "fail"
