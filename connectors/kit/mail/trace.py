"""The envelope beside a raw mail: how the edges keep it in a journal record, and how it is read.

The journal keeps the bytes exactly as they came. What SMTP said outside of them (sender,
recipients, peer) and where IMAP had them stand in the record's headers under these names.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from connectors.errors import Malformed
from connectors.events import BadItem, MessageReceived, Parsed

MAIL_FROM = "smtp-mail-from"
RCPT_TO = "smtp-rcpt-to"
PEER = "smtp-peer"
HELO = "smtp-helo"
TLS = "smtp-tls"
SMTPUTF8 = "smtp-smtputf8"

FOLDER = "imap-folder"
UID = "imap-uid"
FAULT = "imap-fault"
START = "imap-start"
SENT = "imap-sent"  # it lay in our own folder of sent mail


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """One SMTP transaction as far as one inbox is concerned.

    ``mail_from`` is "" for the null sender of bounces; ``tls`` is the protocol version or "".
    """

    mail_from: str
    rcpt_to: tuple[str, ...]
    peer: str
    helo: str = ""
    tls: str = ""
    smtputf8: bool = False


def to_headers(envelope: Envelope) -> dict[str, str]:
    """The envelope as headers of a journal record; recipients stand one a line."""
    return {
        MAIL_FROM: envelope.mail_from,
        RCPT_TO: "\n".join(envelope.rcpt_to),
        PEER: envelope.peer,
        HELO: envelope.helo,
        TLS: envelope.tls,
        SMTPUTF8: "yes" if envelope.smtputf8 else "",
    }


def recipients(headers: Mapping[str, str]) -> tuple[str, ...]:
    """The envelope recipients that a record keeps; none for mail from IMAP."""
    return tuple(filter(None, headers.get(RCPT_TO, "").split("\n")))


def delivery_lines(headers: Mapping[str, str]) -> bytes:
    """What a final delivery puts before a mail (RFC 5321 section 4.4), or nothing for IMAP.

    The normaliser needs both: an empty Return-Path marks bounces, and the address that was really
    used may carry a reply token that no header of the mail shows.
    """
    if MAIL_FROM not in headers:
        return b""
    lines = [f"Return-Path: <{headers[MAIL_FROM]}>"]
    lines += [f"Delivered-To: {address}" for address in recipients(headers)]
    return "".join(f"{_one_line(line)}\r\n" for line in lines).encode()


def _one_line(text: str) -> str:
    return "".join(c for c in text if c.isprintable())


def parse_mail_item(body: bytes, headers: Mapping[str, str], received_at: datetime) -> Parsed:
    """Wrap the raw bytes; the normaliser reads them.

    What a mailbox could not give us is listed in its own words; where it gave the head, the ticket
    hears of the mail too. Raises Malformed for what came without one.
    """
    if START in headers:
        return Parsed()
    if FAULT in headers:
        place = f"{headers.get(FOLDER, 'INBOX')}, UID {headers.get(UID, 'unknown')}"
        reason = f"{headers[FAULT]} ({place})"
        if not body.strip():
            raise Malformed(reason)
        head = msgspec.structs.replace(
            _message(body, headers, received_at), incomplete=headers[FAULT]
        )
        return Parsed(events=(head,), bad=(BadItem(index=0, reason=reason),))
    if not body.strip():
        raise Malformed("the mail is empty: it has neither headers nor text")
    return Parsed(events=(_message(body, headers, received_at),))


def _message(body: bytes, headers: Mapping[str, str], received_at: datetime) -> MessageReceived:
    addressed: Sequence[str] = recipients(headers)
    return MessageReceived(
        dedupe_id="",
        native_id="",
        thread_key="",
        senders=(),
        occurred_at=received_at,
        recipient=addressed[0] if addressed else "",
        direction="echo" if SENT in headers else "in",
        mail=delivery_lines(headers) + body,
    )
