"""Stanzas as events: pure. Namespaces by the XEP that defines them."""

from collections.abc import Iterator
from datetime import datetime
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from connectors.contract import Parsed
from connectors.errors import Malformed
from connectors.events import (
    InboundEvent,
    MediaRef,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    ReactionChanged,
    ReceiptReported,
    ReceiptState,
    SenderId,
    TypingChanged,
    place,
)
from connectors.kit.media_kinds import kind_of_name
from connectors.kit.moments import from_iso

CLIENT = "{jabber:client}"
DELAY = "{urn:xmpp:delay}"  # XEP-0203
FORWARDED = "{urn:xmpp:forward:0}forwarded"  # XEP-0297
CARBON = "{urn:xmpp:carbons:2}sent"  # XEP-0280
ARCHIVED = "{urn:xmpp:mam:2}result"  # XEP-0313
RECEIPT = "{urn:xmpp:receipts}received"  # XEP-0184
MARKERS = "{urn:xmpp:chat-markers:0}"  # XEP-0333
STATES = "{http://jabber.org/protocol/chatstates}"  # XEP-0085
CORRECTION = "{urn:xmpp:message-correct:0}replace"  # XEP-0308
RETRACTION = "{urn:xmpp:message-retract:1}retract"  # XEP-0424
REACTIONS = "{urn:xmpp:reactions:0}reactions"  # XEP-0444
ANSWER = "{urn:xmpp:reply:0}reply"  # XEP-0461
OUTSIDE = "{jabber:x:oob}x"  # XEP-0066
UNIQUE = "{urn:xmpp:sid:0}stanza-id"  # XEP-0359
LOCATION = "{http://jabber.org/protocol/geoloc}geoloc"  # XEP-0080
ERROR = f"{CLIENT}error"
ERROR_TEXT = "{urn:ietf:params:xml:ns:xmpp-stanzas}text"
REACTIONS_MAX = 1
SELF = "self"


def parse_event(body: bytes, own: str, received_at: datetime) -> Parsed:
    """One stanza; ``own`` is our bare address. What others forward in our name is not believed."""
    root = _element(body)
    stanza, archived_id = _unwrapped(root, own)
    if stanza is None or stanza.tag != f"{CLIENT}message" or stanza.get("type") == "groupchat":
        return Parsed(events=())
    return Parsed(events=tuple(_Stanza(stanza, own, archived_id, received_at).events()))


def bare(jid: str) -> str:
    """Without its resource, in lower case (RFC 7622 section 3.2)."""
    return jid.partition("/")[0].lower()


def _element(body: bytes) -> Element:
    if b"<!" in body:
        raise Malformed("a stanza has no document type (RFC 6120 section 11.1)")
    try:
        return ElementTree.fromstring(body)  # noqa: S314 - no DTD, so no entities to expand
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise Malformed(f"not a stanza: {error}") from error


def _unwrapped(root: Element, own: str) -> tuple[Element | None, str]:
    """The stanza itself, and its id in our archive where it came from there.

    Carbons, archived messages and what our own other line hands on come from ourselves; a
    stranger's are a forgery (XEP-0280 section 11).
    """
    archived = root.find(ARCHIVED)
    wrapping = archived if archived is not None else root.find(CARBON)
    inner = (root if wrapping is None else wrapping).find(FORWARDED)
    if inner is None:
        return root, ""
    if bare(root.get("from") or own) != own:
        return None, ""
    archived_id = "" if archived is None else archived.get("id") or ""
    return inner.find(f"{CLIENT}message"), archived_id


class _Stanza:
    """A message stanza, from the customer or an echo of ours."""

    def __init__(self, stanza: Element, own: str, archived_id: str, received_at: datetime) -> None:
        self._stanza = stanza
        self._own = own
        self._from = bare(stanza.get("from") or own)
        self._echo = self._from == own
        self._other = bare(stanza.get("to") or "") if self._echo else self._from
        self._id = stanza.get("id") or ""
        self._unique = archived_id or self._stanza_id()
        delay = stanza.find(f"{DELAY}delay")
        self._at = from_iso(delay.get("stamp") or "") if delay is not None else received_at

    def events(self) -> Iterator[InboundEvent]:
        """At most one: a stanza says one thing."""
        for read in (self._failure, self._receipt, self._reaction, self._retraction, self._said):
            event = read()
            if event is not None:
                yield event
                return

    def _said(self) -> InboundEvent | None:
        corrected = self._stanza.find(CORRECTION)
        text, files = self._text(), self._files()
        if not text and not files:
            return self._typing()
        if corrected is not None and corrected.get("id"):
            return MessageEdited(
                dedupe_id=self._dedupe("edit"),
                native_id=self._whose(corrected.get("id") or ""),
                occurred_at=self._at,
                thread_key=self._other,
                senders=self._senders(),
                text=text,
            )
        return MessageReceived(
            dedupe_id=self._dedupe("message"),
            native_id=self._whose(self._id or self._unique),
            thread_key=self._other,
            senders=self._senders(),
            occurred_at=self._at,
            direction="echo" if self._echo else "in",
            text=text,
            attachments=files,
            reply_to=self._reply_to(),
        )

    def _failure(self) -> InboundEvent | None:
        if self._stanza.get("type") != "error":
            return None
        error = self._stanza.find(ERROR)
        said = [] if error is None else list(error)
        words = [one.text for one in said if one.tag == ERROR_TEXT and one.text]
        names = [one.tag.rpartition("}")[2] for one in said]
        return self._reported("failed", self._id, next(iter((*words, *names)), "refused"))

    def _receipt(self) -> InboundEvent | None:
        received = self._stanza.find(RECEIPT)
        if received is not None and not self._echo:
            return self._reported("delivered", received.get("id") or "")
        for name, state in MARKED.items():
            marker = self._stanza.find(f"{MARKERS}{name}")
            if marker is not None and not self._echo:
                return self._reported(state, marker.get("id") or "")
        return None

    def _reported(self, state: ReceiptState, id: str, reason: str = "") -> ReceiptReported | None:
        if not id:
            return None
        return ReceiptReported(
            dedupe_id=f"{self._other}#{id}:{state}",
            native_id=f"{SELF}#{id}",
            message_id=id,
            state=state,
            occurred_at=self._at,
            reason=reason,
        )

    def _reaction(self) -> InboundEvent | None:
        reactions = self._stanza.find(REACTIONS)
        if reactions is None or not reactions.get("id"):
            return None
        emoji = [one.text or "" for one in reactions][:REACTIONS_MAX]
        return ReactionChanged(
            dedupe_id=self._dedupe("reaction"),
            native_id=f"{self._other if self._echo else SELF}#{reactions.get('id')}",
            occurred_at=self._at,
            senders=self._senders(),
            emoji="".join(emoji),
        )

    def _retraction(self) -> InboundEvent | None:
        retracted = self._stanza.find(RETRACTION)
        if retracted is None or not retracted.get("id"):
            return None
        return MessageDeleted(
            dedupe_id=self._dedupe("retraction"),
            native_id=self._whose(retracted.get("id") or ""),
            occurred_at=self._at,
        )

    def _typing(self) -> InboundEvent | None:
        if self._echo:
            return None
        for name, typing in TYPING.items():
            if self._stanza.find(f"{STATES}{name}") is not None:
                return TypingChanged(
                    dedupe_id=f"{self._dedupe('typing')}:{self._at.timestamp()}",
                    thread_key=self._other,
                    senders=self._senders(),
                    occurred_at=self._at,
                    typing=typing,
                )
        return None

    def _text(self) -> str:
        body = self._stanza.findtext(f"{CLIENT}body") or ""
        return "" if body.strip() in {file.url for file in self._files()} else body

    def _files(self) -> tuple[MediaRef, ...]:
        urls = [one.findtext("{jabber:x:oob}url") or "" for one in self._stanza.findall(OUTSIDE)]
        found = [_file(url) for url in urls if url.startswith("https://")]
        return tuple([*found, *self._place()])

    def _place(self) -> Iterator[MediaRef]:
        spot = self._stanza.find(LOCATION)
        if spot is None:
            return
        space = LOCATION.removesuffix("geoloc")
        try:
            latitude = float(spot.findtext(f"{space}lat") or "")
            longitude = float(spot.findtext(f"{space}lon") or "")
        except ValueError:
            return
        yield place(latitude, longitude, spot.findtext(f"{space}text") or "")

    def _reply_to(self) -> str:
        answer = self._stanza.find(ANSWER)
        if answer is None or not answer.get("id"):
            return ""
        whose = bare(answer.get("to") or self._own)
        return f"{SELF if whose == self._own else whose}#{answer.get('id')}"

    def _stanza_id(self) -> str:
        """Only ours is believed: any client may claim one (XEP-0359 section 6)."""
        for one in self._stanza.findall(UNIQUE):
            if bare(one.get("by") or "") == self._own:
                return one.get("id") or ""
        return ""

    def _dedupe(self, kind: str) -> str:
        return self._unique or f"{self._other}#{self._id}:{kind}"

    def _whose(self, id: str) -> str:
        return f"{SELF if self._echo else self._from}#{id}"

    def _senders(self) -> tuple[SenderId, ...]:
        return (SenderId(family="xmpp", value=self._other),)


def _file(url: str) -> MediaRef:
    name = url.rpartition("/")[2].partition("?")[0]
    return MediaRef(kind=kind_of_name(name), url=url, name=name)


MARKED: dict[str, ReceiptState] = {
    "displayed": "read",
    "acknowledged": "read",
    "received": "delivered",
}
TYPING = {"composing": True, "paused": False, "active": False, "gone": False, "inactive": False}
