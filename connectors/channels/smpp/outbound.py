"""A reply as submit_sm: in parts that the recipient's telephone puts together."""

import zlib
from functools import partial

from aiosmpplib.protocol import SubmitSm
from aiosmpplib.state import NPI, TON, PhoneNumber

from connectors.channels.smpp.inbound import native_id
from connectors.channels.smpp.line import BindRefused, Pdu, Transmitter
from connectors.channels.smpp.pdu import HEADER
from connectors.contract import (
    Accepted,
    OutboundMessage,
    OutcomeUnknown,
    ReauthNeeded,
    Rejected,
    RetryLater,
    SendOutcome,
)
from connectors.http import LineBroken, NotSent
from connectors.kit.gsm import GSM, GSM_MORE, PART_GSM, PART_UNICODE, is_gsm
from connectors.kit.pieces import Piece, send_pieces

ONE_GSM, ONE_UNICODE = 160, 70
SEPTETS = {char: bytes([code]) for code, char in enumerate(GSM)} | {
    char: b"\x1b" + code.encode("latin-1") for code, char in GSM_MORE.items()
}
RECEIPT_WANTED, UDHI = 1, 0x40
# SMPP 3.4 section 5.1.3: wait, log in anew; all others are about the message
WAIT = {0x08: "the SMSC has an error", 0x14: "the SMSC's queue is full",
    0x58: "the SMSC asks to send more slowly", 0x64: "a passing error"}  # fmt: skip
LOGIN = {0x0D, 0x0E, 0x0F, 0x04}
REASONS = {0x0A: "the sender's address is not allowed", 0x0B: "there is no such number",
    0x01: "the message is too long", 0x45: "the SMSC does not take it",
    0x65: "the SMSC refuses it for good", 0x66: "the recipient cannot take it"}  # fmt: skip


async def send(message: OutboundMessage, sender: str, line: Transmitter) -> SendOutcome:
    """All parts, in order."""
    links = [file.url for file in message.attachments if file.url]
    text = "\n".join(part for part in (message.text, *links) if part)
    bodies, encoding = parts(text)
    submits = [
        _submit(message.recipient.value, sender, body, encoding, numbered=numbered)
        for body, numbered in _numbered(bodies, message.id)
    ]
    return await send_pieces(
        [
            Piece(name=f"part {number} of {len(submits)}", send=partial(_sent, line, one))
            for number, one in enumerate(submits, 1)
        ]
    )


def parts(text: str) -> tuple[list[bytes], str]:
    """The encoded parts and their coding; no character is torn."""
    if is_gsm(text):
        return _filled([SEPTETS[char] for char in text], ONE_GSM, PART_GSM), "gsm0338"
    units = [char.encode("utf-16-be", "replace") for char in text]
    return _filled(units, ONE_UNICODE * 2, PART_UNICODE * 2), "ucs2"


def _filled(units: list[bytes], whole: int, part: int) -> list[bytes]:
    if sum(map(len, units)) <= whole:
        return [b"".join(units)]
    found = [b""]
    for unit in units:
        if len(found[-1]) + len(unit) > part:
            found.append(b"")
        found[-1] += unit
    return found


def _numbered(bodies: list[bytes], id: str) -> list[tuple[bytes, bool]]:
    """With the header that says which part it is (3GPP TS 23.040 section 9.2.3.24.1)."""
    if len(bodies) == 1:
        return [(bodies[0], False)]
    ref = zlib.crc32(id.encode()) & 0xFF
    return [
        (bytes([5, 0, 3, ref, len(bodies), number]) + body, True)
        for number, body in enumerate(bodies, 1)
    ]


def _submit(recipient: str, sender: str, body: bytes, encoding: str, *, numbered: bool) -> SubmitSm:
    found = SubmitSm(
        short_message="-",  # replaced below by what is encoded already
        source=_address(sender),
        destination=_address(recipient),
        esm_class=UDHI if numbered else 0,
        registered_delivery=RECEIPT_WANTED,
        encoding=encoding,
    )
    found.set_encoded_message(body)
    return found


def _address(value: str) -> PhoneNumber:
    if value.startswith("+"):
        return PhoneNumber(value[1:21], TON.INTERNATIONAL, NPI.ISDN)
    if value.isdecimal():
        return PhoneNumber(value[:20], TON.UNKNOWN, NPI.ISDN)
    return PhoneNumber(value[:11], TON.ALPHANUMERIC, NPI.UNKNOWN)


async def _sent(line: Transmitter, submit: SubmitSm) -> SendOutcome:
    try:
        return outcome(await line.submit(submit))
    except BindRefused as error:
        return refused_login(error)
    except NotSent as error:
        return RetryLater(reason=str(error))
    except LineBroken as error:
        return OutcomeUnknown(reason=str(error))


def refused_login(error: BindRefused) -> SendOutcome:
    """A wrong password does not mend itself; too many lines do."""
    if error.status in LOGIN:
        return ReauthNeeded(reason=str(error))
    return RetryLater(reason=str(error))


def outcome(answer: Pdu) -> SendOutcome:
    """What a submit_sm_resp says."""
    if answer.status == 0:
        id = answer.raw[HEADER.size :].split(b"\0")[0].decode("latin-1")
        return Accepted(native_ids=(native_id(id),)) if id else OutcomeUnknown(reason="no id")
    if answer.status in WAIT:
        return RetryLater(reason=WAIT[answer.status])
    if answer.status in LOGIN:
        return ReauthNeeded(reason=f"the SMSC refuses (status 0x{answer.status:02X})")
    words = REASONS.get(answer.status, "the SMSC refuses it")
    return Rejected(reason=f"{words} (status 0x{answer.status:02X})", code=f"{answer.status:#x}")
