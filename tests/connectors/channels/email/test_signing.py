"""DKIM: what we sign, another implementation verifies, however relays fold and trim it."""

import asyncio
import re
import tracemalloc
from collections.abc import AsyncIterator, Callable

import dkim
import msgspec
import pytest

from connectors.channels.email import signing
from connectors.channels.email.connector import EmailConnector, connect
from connectors.channels.email.settings import Settings
from connectors.contract import Accepted, Account, InboxId, OutboundMessage
from connectors.errors import SettingsInvalid
from connectors.kit.egress import EgressClient
from tests.connectors.channels.email.test_sender import ENVELOPE, big, message, out
from tests.peers.smtp_sink import SmtpSink

__all__ = ["out"]

RSA = signing.new_key()
ED25519 = signing.new_key(small=True)
ADDRESS = "support@halden.example"


async def sent(
    out: Callable[..., EmailConnector], mail: OutboundMessage, key: str = RSA, **more: object
) -> bytes:
    """The bytes that the server was given."""
    with SmtpSink() as sink:
        outcome = await out(sink.port, dkim_key=key, **more).send(mail)
        assert isinstance(outcome, Accepted)
        content = sink.envelopes[0].content
        assert isinstance(content, bytes)
        return content


def verifies(raw: bytes, key: str = RSA, **more: object) -> bool:
    """By dkimpy, with our record as its DNS."""
    name, value = signing.dns_record(Settings(dkim_key=key, **more), ADDRESS)
    known = {f"{name}.".encode(): value.encode()}
    return bool(dkim.verify(raw, dnsfunc=lambda asked, timeout=5: known.get(asked)))


WORDS = [
    "Hello",
    "Hello\n\n\n",
    "\n\n  indented \t text  \n\n\nand more\n",
    ".\n..\n",
    "Grüße aus Zürich " * 40,
    "你好" * 900,
    "x" * 3000,
]


@pytest.mark.parametrize("key", [RSA, ED25519], ids=["rsa", "ed25519"])
@pytest.mark.parametrize("text", WORDS)
async def test_another_implementation_verifies_it(
    out: Callable[..., EmailConnector], text: str, key: str
) -> None:
    mail = message(text=text, html=f"<p>{text}</p>", subject="Ihr Zelt – da")
    assert verifies(await sent(out, mail, key), key)


async def test_many_recipients_and_a_long_thread(out: Callable[..., EmailConnector]) -> None:
    envelope = msgspec.structs.replace(
        ENVELOPE,
        cc=tuple(f"person{n}@far.example" for n in range(40)),
        reply_to="support+t12@halden.example",
        in_reply_to="m90@far.example",
        references=tuple(f"m{n}@far.example" for n in range(90)),
        auto_submitted=True,
    )
    raw = await sent(out, message(mail=envelope))
    assert verifies(raw)
    assert max(map(len, raw.split(b"\r\n"))) < 100
    refolded = re.sub(rb"\r\n (<m\d+@far)", rb"\r\n\t \1", raw)
    assert refolded != raw
    assert verifies(refolded)


async def test_what_is_changed_does_not_verify(out: Callable[..., EmailConnector]) -> None:
    raw = await sent(out, message(subject="Your tent"))
    [names] = re.findall(rb"\bh=([^;]*);", raw)
    assert re.split(rb"[:\s]+", names).count(b"from") == 2  # a second one breaks it
    for changed in (
        raw.replace(b"Hello", b"Jello"),
        raw.replace(b"Your tent", b"Your rent"),
        b"From: boss@halden.example\r\n" + raw,
        raw.replace(b"MIME-Version", b"Reply-To: thief@far.example\r\nMIME-Version"),
    ):
        assert changed != raw
        if b"thief" not in changed:
            assert not verifies(changed)


async def test_another_domain_and_selector(out: Callable[..., EmailConnector]) -> None:
    names = {"dkim_domain": "Mail.Halden.example", "dkim_selector": "k2026.desk"}
    raw = await sent(out, message(), **names)
    assert b"d=mail.halden.example;" in raw
    assert verifies(raw, **names)
    assert not verifies(raw)


async def test_a_large_file_is_signed_and_sent_without_holding_it(
    out: Callable[..., EmailConnector],
) -> None:
    taken = 0

    class Swallowing(SmtpSink):
        """Keeps nothing but the count."""

        async def handle_DATA(self, server, session, envelope):  # noqa: N802
            nonlocal taken
            taken = len(envelope.content)
            envelope.content = b""
            return "250 taken"

    with Swallowing() as sink:
        connector = out(sink.port, dkim_key=RSA)
        mail = big(25_000_000)
        tracemalloc.start()
        hashed = await connector._sender._signed(signing_of(mail, connector))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert hashed.size > 33_000_000
        assert peak < 2_000_000
        assert isinstance(await connector.send(mail), Accepted)
    assert taken > 33_000_000


def signing_of(mail: OutboundMessage, connector: EmailConnector):  # type: ignore[no-untyped-def]  # a Composed
    """As the sender composes it."""
    from connectors.kit.mail.compose import compose

    return compose(mail, connector._sender._account)


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"dkim_key": "no key"}, "dkim_key"),
        ({"dkim_key": RSA, "dkim_selector": "a b"}, "dkim_selector"),
        ({"dkim_key": RSA, "dkim_domain": "b\x00d.ä"}, "dkim_domain"),
    ],
)
async def test_what_cannot_sign_is_said_when_it_is_saved(
    settings: dict[str, str], field: str
) -> None:
    http = EgressClient()
    account = Account(
        inbox_id=InboxId("i"), channel="email", name="S", address=ADDRESS, hook_url="",
        settings=Settings(**settings),
    )  # fmt: skip
    with pytest.raises(SettingsInvalid) as refused:
        connect(account, http)
    assert refused.value.field == field
    await http.close()


def test_long_records_stand_in_pieces_that_dns_takes() -> None:
    name, value = signing.dns_record(Settings(dkim_key=RSA), ADDRESS)
    assert name == "parley._domainkey.halden.example"
    line = signing.zone_line(name, value)
    pieces = re.findall(r'"([^"]*)"', line)
    assert "".join(pieces) == value
    assert max(map(len, pieces)) <= 255


async def test_a_body_hash_does_not_depend_on_how_it_comes() -> None:
    async def lines() -> AsyncIterator[bytes]:
        for line in (b"a  b \r\n", b"\r\n", b"\r\n", b" c\t\r\n", b"\r\n", b" \r\n"):
            yield line
            await asyncio.sleep(0)

    whole, pieces = signing.BodyHash(), signing.BodyHash()
    joined = b""
    async for line in lines():
        pieces.update(line)
        joined += line
    whole.update(joined)
    assert whole.digest() == pieces.digest()
