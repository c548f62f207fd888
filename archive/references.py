"""What each record is, and which others have to be in the archive with it. Pure."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Record = Mapping[str, Any]
Reference = tuple[str, str]

_KIND = {
    "messages": "message",
    "tickets": "ticket",
    "conversations": "conversation",
    "contacts": "contact",
    "events": "event",
    "originals": "original",
    "attachments": "attachment",
}


def identity(section: str, record: Record) -> Reference:
    """Kind and id of a record; a gap is identified by what is missing."""
    if section == "gaps":
        return f"gap {record['kind']}", str(record["id"])
    return _KIND[section], str(record["sha256" if section == "attachments" else "id"])


def references(section: str, record: Record) -> Iterator[Reference]:
    """Everything that the record names."""
    named = _NAMED.get(section)
    return named(record) if named else iter(())


def stored_files(record: Record) -> Iterator[str]:
    """Sums of a message's attachments that are kept (not those that wait or failed)."""
    for file in record.get("files", ()):
        if file.get("state", "stored") == "stored" and file.get("sha256"):
            yield file["sha256"]


def _of_message(record: Record) -> Iterator[Reference]:
    yield "ticket", record["ticket_id"]
    yield "conversation", record["conversation_id"]
    if record.get("journal_id"):
        yield "original", record["journal_id"]
    for sha256 in stored_files(record):
        yield "attachment", sha256


def _of_conversation(record: Record) -> Iterator[Reference]:
    yield "contact", record["contact_id"]


def _of_ticket(record: Record) -> Iterator[Reference]:
    yield "contact", record["contact_id"]


_NAMED: Mapping[str, Callable[[Record], Iterator[Reference]]] = {
    "messages": _of_message,
    "conversations": _of_conversation,
    "tickets": _of_ticket,
}
