"""Steps as their providers would have sent them: pure."""

import hashlib
import struct
import zlib
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlencode

import msgspec

from connectors.channels.webchat import payload
from connectors.kit.mail.trace import Envelope, to_headers
from gateway.demo.story import DemoInbox, Step
from storage.journal import NewRecord

FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}
WIDTH, HEIGHT = 480, 320
PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 300]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 62>>stream
BT /F 20 Tf 40 240 Td (Halden: receipt H-90388, Ember 2) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""  # noqa: E501  a page is one object


def record(step: Step, inbox: DemoInbox, at: datetime, answers: str) -> NewRecord:
    """The step as a journal record; ``answers`` is the Message-ID that a mail replies to."""
    key = hashlib.sha256(f"{step.ago}|{step.sender}|{step.text}".encode()).hexdigest()[:16]
    body, headers, transport = b"", {}, "webhook"
    match inbox.channel:
        case "email":
            body, headers = mail(step, inbox, at, key, answers), _envelope(step, inbox)
            transport = "smtp"
        case "twilio_sms":
            body, headers = sms(step, inbox, key), FORM
        case "telegram":
            body, headers = telegram(step, at, key), JSON
        case "webchat":
            body, headers = chat(step, at, key), JSON
        case _:
            body, headers = item(step, at, key), JSON
    return NewRecord(
        inbox_id=inbox.id,
        channel=inbox.channel,
        transport="smtp" if transport == "smtp" else "webhook",
        received_at=at,
        request_id=f"demo-{key}",
        headers=headers,
        method="POST",
        url=f"https://desk.halden.example/hooks/{inbox.channel}/{inbox.id}",
        body=body,
    )


def _value(step: Step) -> str:
    return step.sender.partition(":")[2].rpartition("/")[2]


def _envelope(step: Step, inbox: DemoInbox) -> dict[str, str]:
    return to_headers(Envelope(mail_from=_value(step), rcpt_to=(inbox.address,), peer="192.0.2.25"))


def mail(step: Step, inbox: DemoInbox, at: datetime, key: str, answers: str) -> bytes:
    """An RFC 5322 mail with its files."""
    made = EmailMessage()
    made["From"] = f'"{step.name}" <{_value(step)}>'
    made["To"] = inbox.address
    made["Subject"] = step.subject
    made["Date"] = format_datetime(at)
    made["Message-ID"] = f"<{key}@{_value(step).rpartition('@')[2]}>"
    if answers:
        made["In-Reply-To"] = made["References"] = f"<{answers}>"
    made.set_content(step.text.strip() + "\n")
    if step.html:
        made.add_alternative(step.html.strip(), subtype="html")
    for name in step.files:
        kind, subtype, content = _file(name)
        made.add_attachment(content, maintype=kind, subtype=subtype, filename=name)
    return made.as_bytes()


def sms(step: Step, inbox: DemoInbox, key: str) -> bytes:
    """A Twilio form."""
    fields = {"From": _value(step), "To": inbox.address, "Body": step.text.strip()}
    return urlencode({"MessageSid": f"SM{key}", "NumMedia": "0", **fields}).encode()


def telegram(step: Step, at: datetime, key: str) -> bytes:
    """A Bot API update."""
    chat_id = int(_value(step))
    first, _, last = step.name.partition(" ")
    person = {"id": chat_id, "is_bot": False, "first_name": first, "last_name": last}
    message = {
        "message_id": int(key[:7], 16),
        "date": int(at.timestamp()),
        "text": step.text.strip(),
        "from": person,
        "chat": {"id": chat_id, "type": "private", "first_name": first, "last_name": last},
    }
    return msgspec.json.encode({"update_id": int(key[:8], 16), "message": message})


def chat(step: Step, at: datetime, key: str) -> bytes:
    """What the chat page's server journals."""
    visitor = payload.Visitor(id=_value(step), name=step.name)
    text = step.text.strip()
    said = payload.Said(client_msg_id=key, visitor=visitor, text=text, sent_at=at)
    return msgspec.json.encode(said)


def item(step: Step, at: datetime, key: str) -> bytes:
    """The generic channel's JSON."""
    return msgspec.json.encode(
        {
            "id": key,
            "sender": {"email": _value(step), "name": step.name},
            "text": step.text.strip(),
            "occurred_at": at.isoformat(),
        }
    )


def _file(name: str) -> tuple[str, str, bytes]:
    if name.endswith(".pdf"):
        return "application", "pdf", PDF
    return "image", "png", picture()


def picture() -> bytes:
    """A drawing of a valve from above: rings of metal on green. PNG, made here (W3C PNG 1.2)."""
    rows = b"".join(
        b"\0" + bytes(shade for x in range(WIDTH) for shade in _pixel(x, y)) for y in range(HEIGHT)
    )
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, data)
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    )


RINGS = ((34, (58, 44, 40)), (52, (190, 150, 84)), (78, (236, 232, 222)), (104, (150, 154, 150)))


def _pixel(x: int, y: int) -> tuple[int, int, int]:
    distance = ((x - WIDTH / 2) ** 2 + (y - HEIGHT / 2) ** 2) ** 0.5
    for radius, colour in RINGS:
        if distance < radius:
            return colour
    pipe = abs(y - HEIGHT / 2) < 16 and x > WIDTH / 2  # noqa: PLR2004  half the pipe's width
    return (168, 172, 166) if pipe else (84 + y // 12, 96 + y // 12, 78)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
