"""Who sent a mail, as far as its journal record lets us find out."""

from connectors.events import SenderTrust
from normalizer.trust.check import SenderCheck
from normalizer.trust.relay import trust_of_relay
from storage.journal import JournalRecord
from ticketing.ingest.model import Line
from ticketing.ingest.senders import Prove

UNASKED = SenderTrust(verdict="none", source="computed", reason="this site does not check senders")


def prover(check: SenderCheck | None) -> Prove:
    """``check`` None: nothing is asked of the DNS (``mail_check_senders`` is off)."""

    async def prove(record: JournalRecord, line: Line) -> SenderTrust:
        """By the client that handed it to us, or by the word of the relay that did."""
        client = line.anchors.client(record.headers)
        if client is None:
            word = trust_of_relay(record.body, line.anchors.relays)
            if word is not None:
                return word
        return await check.check(record.body, client) if check else UNASKED

    return prove
