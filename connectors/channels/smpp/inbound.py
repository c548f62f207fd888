"""One item is a message with all its parts, or a receipt: pure."""

import hashlib
import re
from datetime import datetime

from connectors.channels.smpp.pdu import (
    HEADER,
    MESSAGE_STATE,
    RECEIPTED_ID,
    Deliver,
    read,
)
from connectors.contract import Parsed
from connectors.errors import Malformed
from connectors.events import InboundEvent, MessageReceived, ReceiptReported, ReceiptState
from connectors.kit.phone import phone_sender

# SMPP 3.4 section 5.2.28, and the words of appendix B
STATES: dict[int, ReceiptState] = {1: "sent", 2: "delivered", 3: "failed", 4: "failed",
    5: "failed", 6: "sent", 8: "failed"}  # fmt: skip
WORDS: dict[str, ReceiptState] = {"ENROUTE": "sent", "ACCEPTD": "sent", "DELIVRD": "delivered",
    "EXPIRED": "failed", "DELETED": "failed", "UNDELIV": "failed", "REJECTD": "failed"}  # fmt: skip
RECEIPT_ID = re.compile(r"\bid:(\S+)", re.IGNORECASE)
RECEIPT_STATE = re.compile(r"\bstat:(\w+)", re.IGNORECASE)
RECEIPT_ERROR = re.compile(r"\berr:(\w+)", re.IGNORECASE)


def parse_event(body: bytes, received_at: datetime) -> Parsed:
    """Malformed when a PDU cannot be read."""
    parts = sorted(map(read, pdus(body)), key=lambda one: one.part.seq)
    if not parts:
        raise Malformed("there is no PDU")
    event = _receipt(parts[0], received_at) if parts[0].is_receipt else _message(parts, received_at)
    return Parsed(events=(event,) if event else ())


def pdus(body: bytes) -> list[bytes]:
    """The PDUs of an item, one behind the other."""
    found: list[bytes] = []
    while body:
        length = HEADER.unpack_from(body)[0] if len(body) >= HEADER.size else 0
        if not HEADER.size <= length <= len(body):
            raise Malformed("a PDU is cut off")
        found.append(body[:length])
        body = body[length:]
    return found


def native_id(id: str) -> str:
    """As we compare ids: SMSCs write one in other case, and with zeros before it, in receipts."""
    return id.strip().lower().lstrip("0") or "0"


def _message(parts: list[Deliver], received_at: datetime) -> MessageReceived:
    first = parts[0]
    sender = phone_sender(first.source)
    whole = b"".join(part.body for part in parts)
    text = first.text if len(parts) == 1 else "".join(part.text for part in parts)
    # A deliver_sm has no id of its own: the same words of one sender within the minute are one.
    digest = hashlib.sha256(f"{first.source}|{first.part.ref}|".encode() + whole).hexdigest()[:24]
    minute = received_at.strftime("%Y%m%d%H%M")
    return MessageReceived(
        dedupe_id=f"{digest}-{minute}",
        native_id=f"{digest}-{minute}",
        thread_key=sender.value,
        senders=(sender,),
        occurred_at=received_at,
        recipient=first.destination,
        text=text,
    )


def _receipt(found: Deliver, received_at: datetime) -> InboundEvent | None:
    text = found.text
    named = RECEIPT_ID.search(text)
    id = found.tlvs.get(RECEIPTED_ID, b"").rstrip(b"\0").decode("latin-1")
    id = id or (named[1] if named else "")
    state = _state(found, text)
    if not id:
        raise Malformed("a receipt without an id")
    if state is None:
        return None
    error = RECEIPT_ERROR.search(text)
    why = f"the network says {error[1]}" if error and error[1].strip("0") else ""
    return ReceiptReported(
        dedupe_id=f"{native_id(id)}:{state}",
        native_id=native_id(id),
        state=state,
        occurred_at=received_at,
        reason=why if state == "failed" else "",
    )


def _state(found: Deliver, text: str) -> ReceiptState | None:
    code = found.tlvs.get(MESSAGE_STATE, b"")
    if code:
        return STATES.get(code[0])
    word = RECEIPT_STATE.search(text)
    return WORDS.get(word[1].upper()) if word else None
