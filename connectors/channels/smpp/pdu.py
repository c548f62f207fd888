"""The body of a deliver_sm, read leniently (SMPP 3.4 sections 4.6.1 and 5.2)."""

import struct

import msgspec

from connectors.errors import Malformed
from connectors.kit.gsm import from_gsm

HEADER = struct.Struct("!IIII")  # length, command, status, sequence number
DELIVER_SM = 0x00000005
RECEIPT, UDHI = 0x04, 0x40  # bits of esm_class
SAR_REF, SAR_TOTAL, SAR_SEQ = 0x020C, 0x020E, 0x020F
RECEIPTED_ID, MESSAGE_STATE, PAYLOAD, NETWORK_ERROR = 0x001E, 0x0427, 0x0424, 0x0423
TLV_HEAD = struct.Struct("!HH")  # tag, length
# Information elements (3GPP TS 23.040 section 9.2.3.24): a long message's part, by reference
# number of one or of two bytes, number of parts, this part's number.
ELEMENT_HEAD = 2
CONCAT = {(0x00, 3): struct.Struct("!BBB"), (0x08, 4): struct.Struct("!HBB")}
# Data codings (section 5.2.19 and 3GPP TS 23.038 section 4), without their class bits
ALPHABET, CLASSED = 0x0F, 0xF0
NEVER_ASCII = frozenset(range(0x20)) - frozenset(b"\t\n\r")
GSM_7, UCS_2, DATA_8_BIT = 0x0, 0x8, 0x4


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a long message this is; a short one is the first of one."""

    ref: int = 0
    seq: int = 1
    total: int = 1


class Deliver(msgspec.Struct, frozen=True, kw_only=True):
    """``tlvs`` are the optional parameters by tag, as bytes."""

    source: str
    destination: str
    is_receipt: bool
    coding: int
    body: bytes
    part: Part
    tlvs: dict[int, bytes]

    @property
    def text(self) -> str:
        """By its data coding (section 5.2.19); 8-bit data as Latin-1, so that nothing is lost."""
        return _decode(self.body, self.coding)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def byte(self) -> int:
        return self.take(1)[0]

    def string(self) -> str:
        end = self._data.find(b"\0", self._at)
        if end < 0:
            raise Malformed("a string of the deliver_sm has no end")
        found = self._data[self._at : end]
        self._at = end + 1
        return found.decode("latin-1")

    def take(self, count: int) -> bytes:
        found = self._data[self._at : self._at + count]
        if len(found) < count:
            raise Malformed("the deliver_sm is cut off")
        self._at += count
        return found

    def left(self) -> int:
        return len(self._data) - self._at


def read(pdu: bytes) -> Deliver:
    """One whole PDU with its header. Malformed."""
    if len(pdu) < HEADER.size or HEADER.unpack_from(pdu)[1] != DELIVER_SM:
        raise Malformed("this is no deliver_sm")
    reader = _Reader(pdu[HEADER.size :])
    reader.string()  # service_type
    source, destination = _address(reader), _address(reader)
    esm_class = reader.byte()
    reader.take(2)  # protocol_id, priority_flag
    reader.string()  # schedule_delivery_time
    reader.string()  # validity_period
    reader.take(2)  # registered_delivery, replace_if_present_flag
    coding = reader.byte()
    reader.take(1)  # sm_default_msg_id
    body = reader.take(reader.byte())
    tlvs = _tlvs(reader)
    body = body or tlvs.get(PAYLOAD, b"")
    part = _sar(tlvs)
    if esm_class & UDHI:
        part, body = _udh(body)
    return Deliver(
        source=source,
        destination=destination,
        is_receipt=bool(esm_class & RECEIPT),
        coding=coding,
        body=body,
        part=part,
        tlvs=tlvs,
    )


def _address(reader: _Reader) -> str:
    """With a plus where the type of number says that it is international."""
    international = reader.byte() == 1
    reader.take(1)  # numbering plan
    number = reader.string()
    return f"+{number}" if international and number.isdecimal() else number


def _tlvs(reader: _Reader) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while reader.left() >= TLV_HEAD.size:
        tag, length = TLV_HEAD.unpack(reader.take(TLV_HEAD.size))
        found[tag] = reader.take(length)
    return found


def _sar(tlvs: dict[int, bytes]) -> Part:
    numbers = [int.from_bytes(tlvs.get(tag, b"")) for tag in (SAR_REF, SAR_SEQ, SAR_TOTAL)]
    return _part(*numbers)


def _udh(body: bytes) -> tuple[Part, bytes]:
    """The user data header, and what follows it."""
    if not body or len(body) <= body[0]:
        raise Malformed("the user data header is longer than the message")
    header, rest = body[1 : 1 + body[0]], body[1 + body[0] :]
    while len(header) >= ELEMENT_HEAD:
        end = ELEMENT_HEAD + header[1]
        numbers = CONCAT.get((header[0], len(header[ELEMENT_HEAD:end])))
        if numbers is not None:
            ref, total, seq = numbers.unpack(header[ELEMENT_HEAD:end])
            return _part(ref, seq, total), rest
        header = header[end:]
    return Part(), rest


def _part(ref: int, seq: int, total: int) -> Part:
    return Part(ref=ref, seq=seq, total=total) if 1 <= seq <= total and total > 1 else Part()


def _decode(body: bytes, coding: int) -> str:
    if coding & CLASSED == CLASSED:
        return body.decode("latin-1") if coding & DATA_8_BIT else from_gsm(body.decode("latin-1"))
    if coding & ALPHABET == GSM_7:
        return from_gsm(body.decode("latin-1"))
    if coding & ALPHABET == UCS_2:
        return body.decode("utf-16-be", "replace")
    if any(byte in NEVER_ASCII for byte in body):  # said to be ASCII, and is the default alphabet
        return from_gsm(body.decode("latin-1"))
    return body.decode("utf-8") if _is_utf8(body) else body.decode("latin-1")


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
