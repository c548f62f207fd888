"""``parley explain mail`` without an inbox: which rule of threading a mail asks for first."""

from connectors.contract import InboxId
from connectors.events import MessageReceived
from normalizer.pipeline import Context, normalise
from storage.ids import utc_now
from ticketing.ingest.foresee import Foreseen, foresee


def foreseen(raw: bytes) -> Foreseen:
    """By the steps of ingest, for an inbox of no address."""
    now = utc_now()
    mail = MessageReceived(
        dedupe_id="", native_id="", thread_key="", senders=(), occurred_at=now, mail=raw
    )
    context = Context(
        inbox_id=InboxId("explain"),
        channel="email",
        address="",
        journal_id="explain",
        received_at=now,
    )
    return foresee(normalise(mail, context))
