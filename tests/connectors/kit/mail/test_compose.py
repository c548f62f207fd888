"""What goes on the wire, read back by the standard library as the far side would."""

import email
import email.policy
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from email.message import EmailMessage

import msgspec
import pytest

from connectors.channels.email.settings import Settings
from connectors.contract import (
    Account,
    InboxId,
    MailEnvelope,
    OutboundFile,
    OutboundMessage,
    SenderId,
)
from connectors.kit.mail.addresses import AddressUnusable
from connectors.kit.mail.compose import Composed, compose

ACCOUNT = Account(
    inbox_id=InboxId("i"),
    channel="email",
    name="Halden Support",
    address="support@halden.example",
    hook_url="",
    settings=Settings(),
)
ENVELOPE = MailEnvelope(message_id="m1.token@halden.example", to=("eva@far.example",))


def message(**changes: object) -> OutboundMessage:
    plain = OutboundMessage(
        id="m1",
        recipient=SenderId(family="mailto", value="eva@far.example"),
        thread_key="t",
        text="Hello Eva,\nit is on its way.",
        created_at=datetime(2026, 3, 1, 9, 5, 7, tzinfo=UTC),
        subject="Re: Tent [#1042]",
        mail=ENVELOPE,
    )
    return msgspec.structs.replace(plain, **changes)


def with_mail(**changes: object) -> OutboundMessage:
    return message(mail=msgspec.structs.replace(ENVELOPE, **changes))


def file(name: str, content: bytes, media_type: str = "", content_id: str = "") -> OutboundFile:
    async def stream() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 1000):
            yield content[start : start + 1000]

    return OutboundFile(
        name=name, media_type=media_type, size=len(content), open=stream, content_id=content_id
    )


async def wire(composed: Composed) -> bytes:
    return b"".join([chunk async for chunk in composed.chunks()])


async def read(sent: OutboundMessage, account: Account = ACCOUNT) -> EmailMessage:
    raw = await wire(compose(sent, account))
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    assert not [part.defects for part in parsed.walk() if part.defects]
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")
    return parsed


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return part.get_content().replace("\r\n", "\n")


async def test_a_plain_reply_reads_as_it_was_written() -> None:
    mail = await read(message())
    assert mail["From"] == "Halden Support <support@halden.example>"
    assert mail["To"] == "eva@far.example"
    assert mail["Subject"] == "Re: Tent [#1042]"
    assert mail["Message-ID"] == "<m1.token@halden.example>"
    assert mail["Date"].datetime == datetime(2026, 3, 1, 9, 5, 7, tzinfo=UTC)
    assert text_of(mail) == "Hello Eva,\nit is on its way.\n"


async def test_dates_of_other_zones_are_told_in_utc() -> None:
    moment = datetime(2026, 3, 1, 1, 0, tzinfo=timezone(timedelta(hours=8)))
    mail = await read(message(created_at=moment))
    assert str(mail["Date"]) == "Sat, 28 Feb 2026 17:00:00 +0000"


@pytest.mark.parametrize(
    "text",
    [
        "Grüße aus Köln, " * 40,
        "你好，帐篷已经寄出。" * 60,
        "a" * 3000,
        "line\r\nline\rline\nline",
        "trailing space \n.\n..dots\nFrom here",
        "=20 is not a space; = neither",
        "emoji 🏕️ and nul \x00 too",
    ],
)
async def test_any_text_survives(text: str) -> None:
    mail = await read(message(text=text))
    expected = text.replace("\r\n", "\n").replace("\r", "\n") + "\n"
    assert text_of(mail) == expected


@pytest.mark.parametrize(
    "subject",
    [
        "Größe 44 [#1042]",
        "帐篷漏水了，请问怎么办？" * 8,
        "word " * 60,
        "x" * 300,
        "=?utf-8?q?not_encoded?=",
        "emoji 🏕️ " * 20,
    ],
)
async def test_any_subject_survives(subject: str) -> None:
    assert (await read(message(subject=subject)))["Subject"] == " ".join(subject.split())


@pytest.mark.parametrize(
    "name", ["Park, Jun", 'Mira "M" Okafor', "帐篷客服", "Lena (Brandt)", "L."]
)
async def test_any_name_survives(name: str) -> None:
    mail = await read(message(sender_name=name))
    assert mail["From"].addresses[0].display_name == name
    assert mail["From"].addresses[0].addr_spec == "support@halden.example"


async def test_nothing_from_outside_adds_a_header() -> None:
    evil = "Tent\r\nBcc: all@far.example\n\nbody"
    account = msgspec.structs.replace(ACCOUNT, name=evil)
    sent = message(subject=evil, attachments=(file(f"a\r\nX-Evil: 1\r\n{evil}.txt", b"x"),))
    sent = msgspec.structs.replace(
        sent,
        mail=msgspec.structs.replace(
            ENVELOPE, in_reply_to=f"a@b{evil}", references=(f"c@d{evil}",), message_id=f"m@h{evil}"
        ),
    )
    mail = await read(sent, account)
    for part in mail.walk():
        assert {"bcc", "x-evil"}.isdisjoint(name.lower() for name in part.keys())  # noqa: SIM118


async def test_the_thread_is_complete() -> None:
    known = tuple(f"message-number-{i}@a.long.domain.example" for i in range(30))
    mail = await read(with_mail(references=known, in_reply_to=f"<{known[-1]}>"))
    assert mail["References"].split() == [f"<{one}>" for one in known]
    assert mail["In-Reply-To"] == f"<{known[-1]}>"


async def test_an_id_that_fits_no_line_is_left_out() -> None:
    mail = await read(with_mail(references=("x" * 2000, "good@far.example"), in_reply_to="y" * 950))
    assert mail["References"] == "<good@far.example>"
    assert mail["In-Reply-To"] is None


@pytest.mark.parametrize(
    "name", ["Eva Lind", "林晓雯", 'Lind, Eva "E"', "Eva\r\nBcc: x@far.example"]
)
async def test_a_customer_is_addressed_by_name(name: str) -> None:
    sent = with_mail(to_name=name, to=("eva@far.example", "ann@far.example"))
    mail = await read(sent)
    first, second = mail["To"].addresses
    assert (first.display_name, first.addr_spec) == (" ".join(name.split()), "eva@far.example")
    assert (second.display_name, second.addr_spec) == ("", "ann@far.example")
    assert mail["Bcc"] is None
    assert compose(sent, ACCOUNT).rcpt_to == ("eva@far.example", "ann@far.example")


async def test_blind_copies_are_recipients_and_stand_in_no_header() -> None:
    sent = with_mail(cc=("jo@far.example",), bcc=("audit@halden.example",))
    composed = compose(sent, ACCOUNT)
    assert composed.rcpt_to == ("eva@far.example", "jo@far.example", "audit@halden.example")
    assert b"audit@halden.example" not in await wire(composed)


async def test_envelope_sender_and_reply_address_are_the_frozen_ones() -> None:
    sent = with_mail(
        envelope_from="support+b.m1@halden.example", reply_to="support+t.abc@halden.example"
    )
    assert compose(sent, ACCOUNT).mail_from == "support+b.m1@halden.example"
    reply_to = (await read(sent))["Reply-To"].addresses[0]
    assert (reply_to.display_name, reply_to.addr_spec) == (
        "Halden Support",
        "support+t.abc@halden.example",
    )


async def test_automatic_mail_says_so_and_a_persons_does_not() -> None:
    assert (await read(message()))["Auto-Submitted"] is None
    automatic = await read(with_mail(auto_submitted=True, in_reply_to="a@b.example"))
    assert automatic["Auto-Submitted"] == "auto-replied"
    assert (await read(with_mail(auto_submitted=True)))["Auto-Submitted"] == "auto-generated"


async def test_html_comes_beside_its_text_with_inline_images_and_files() -> None:
    sent = message(
        html='<p>Schön: <img src="cid:logo"></p>',
        attachments=(
            file("logo.png", b"\x89PNG" * 500, "image/png", "logo"),
            file("Rechnung März.pdf", bytes(range(256)) * 700, "application/pdf"),
        ),
    )
    mail = await read(sent)
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/pdf",
    ]
    assert text_of(mail, "html").strip() == '<p>Schön: <img src="cid:logo"></p>'
    image, document = [
        p for p in mail.walk() if p.get_content_maintype() in {"image", "application"}
    ]
    assert (image["Content-ID"], image.get_content_disposition()) == ("<logo>", "inline")
    assert document.get_filename() == "Rechnung März.pdf"
    assert document.get_content() == bytes(range(256)) * 700


async def test_the_announced_size_is_what_is_sent() -> None:
    for length in (0, 1, 56, 57, 58, 58_367, 58_368, 58_369, 200_001):
        composed = compose(message(attachments=(file("a.bin", b"x" * length),)), ACCOUNT)
        assert composed.size == len(await wire(composed)), length


async def test_a_retry_is_the_same_mail_to_the_byte() -> None:
    sent = message(html="<p>x</p>", attachments=(file("a.txt", b"x"),))
    assert await wire(compose(sent, ACCOUNT)) == await wire(compose(sent, ACCOUNT))


async def test_a_mail_as_attachment_is_not_declared_as_what_base64_may_not_be() -> None:
    mail = await read(
        message(attachments=(file("old.eml", b"Subject: x\r\n\r\ny", "message/rfc822"),))
    )
    [attached] = mail.iter_attachments()
    assert attached.get_content_type() == "application/octet-stream"
    assert attached.get_content() == b"Subject: x\r\n\r\ny"


async def test_international_addresses() -> None:
    composed = compose(with_mail(to=("info@bücher.example",)), ACCOUNT)
    assert composed.rcpt_to == ("info@xn--bcher-kva.example",)
    assert not composed.smtputf8
    assert compose(with_mail(to=("jörg@bücher.example",)), ACCOUNT).smtputf8


@pytest.mark.parametrize(
    "address",
    ["", "eva", "@far.example", "eva@", "a b@far.example", "a@b>\r\nRCPT TO:<c@d", "a,b@c"],
)
def test_what_is_no_address_is_not_sent_to(address: str) -> None:
    with pytest.raises(AddressUnusable):
        compose(with_mail(to=(address,)), ACCOUNT)


async def test_without_a_frozen_envelope_the_recipient_is_the_messages() -> None:
    composed = compose(message(mail=None, reply_to="old@far.example"), ACCOUNT)
    assert composed.rcpt_to == ("eva@far.example",)
    assert composed.message_id == "m1@halden.example"
