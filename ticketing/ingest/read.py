"""Journal records into drafts: the connector parses, the normaliser reads; no I/O."""

from typing import cast

from connectors.contract import Puller, Streamer, WebhookReceiver, WebhookRequest
from connectors.errors import ConnectorError
from connectors.events import (
    AlertRaised,
    CallEvent,
    Doorbell,
    InboundEvent,
    MembershipChanged,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    Parsed,
    PostbackPressed,
    ReactionChanged,
    ReceiptReported,
    SenderTrust,
    TypingChanged,
)
from normalizer.model import Draft
from normalizer.pipeline import Context, normalise
from storage.journal import JournalRecord
from ticketing.ingest.model import Line, Unit

UTTERANCES = (MessageReceived, PostbackPressed, CallEvent, AlertRaised)
CHANGES = (MessageEdited, MessageDeleted, ReactionChanged)
IN_THREAD = 16_384  # bytes of a batch from which parsing would hold up the event loop for long


def read_record(record: JournalRecord, line: Line, trust: SenderTrust | None = None) -> Unit:
    """What a record holds; ``trust`` is what was found out of its sender.

    Never raises for what is in it: ``bad`` says what could not be read.
    """
    try:
        parsed = _parse(record, line)
    except ConnectorError as error:
        return Unit(record=record, line=line, bad=str(error) or type(error).__name__)
    except Exception as error:
        return Unit(record=record, line=line, bad=f"{type(error).__name__} while parsing")
    bad = [f"item {item.index}: {item.reason}" for item in parsed.bad]
    drafts = _drafts(parsed.events, _context(record, line, trust), bad)
    changes = tuple(e for e in parsed.events if isinstance(e, CHANGES))
    receipts = tuple(e for e in parsed.events if isinstance(e, ReceiptReported))
    places = tuple(e for e in parsed.events if isinstance(e, MembershipChanged))
    typings = tuple(e for e in parsed.events if isinstance(e, TypingChanged))
    taken = (drafts, changes, receipts, places, typings)
    return Unit(
        record=record,
        line=line,
        drafts=drafts,
        changes=changes,
        receipts=receipts,
        moves=tuple(e for e in places if e.moved_to),
        memberships=tuple(e for e in places if not e.moved_to and e.change != "moved"),
        typings=typings,
        ignored=len(parsed.events) - sum(map(len, taken)),
        rung=next((e.cursor for e in reversed(parsed.events) if isinstance(e, Doorbell)), None),
        bad="; ".join(bad),
    )


def _parse(record: JournalRecord, line: Line) -> Parsed:
    if record.transport == "webhook":
        receiver = cast("WebhookReceiver", line.connector)
        return receiver.parse(
            WebhookRequest(
                method=record.method,
                url=record.url,
                headers=record.headers,
                query=record.query,
                body=record.body,
                received_at=record.received_at,
            )
        )
    reader = cast("Puller | Streamer", line.connector)
    return reader.parse_item(record.body, record.headers, record.received_at)


def _context(record: JournalRecord, line: Line, trust: SenderTrust | None) -> Context:
    """Fields of a relay's name count only in what a relay, a mailbox or a provider gave us."""
    from_stranger = line.anchors.client(record.headers) is not None
    return Context(
        inbox_id=line.inbox.id,
        channel=line.inbox.channel,  # SMTP brings mail to any inbox of mail
        address=line.inbox.address,
        journal_id=record.id,
        received_at=record.received_at,
        own=line.own,
        origin=line.origin,
        trust=trust,
        rules=line.inbox.mail_rules,
        relays=frozenset() if from_stranger else line.anchors.relays,
        keys=line.anchors.keys,
    )


def _drafts(
    events: tuple[InboundEvent, ...], context: Context, bad: list[str]
) -> tuple[Draft, ...]:
    found: list[Draft] = []
    for index, event in enumerate(events):
        if not isinstance(event, UTTERANCES):
            continue
        try:
            found.append(normalise(event, context, index))
        except Exception as error:
            bad.append(f"item {index}: {type(error).__name__} while normalising")
    return tuple(found)
