"""One event of a channel.toml, compiled: from a document to values of the contract."""

import mimetypes
from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_args

import msgspec

from connectors.declarative import model
from connectors.declarative.documents import Lazy
from connectors.declarative.expressions import Expression
from connectors.declarative.inline_files import SCHEME, media_type_of
from connectors.declarative.templates import EMPTY, Scope
from connectors.declarative.texts import Value, as_text
from connectors.declarative.times import known_formats, moment, zone_of
from connectors.events import MediaKind, MediaRef, ReceiptState, SenderId
from connectors.kit.media_kinds import kind_of
from connectors.kit.phone import phone_sender

# Names of an event that are expressions over the document.
EXPRESSIONS = (
    "when", "id", "dedupe", "sender", "scope", "sender_name", "recipient", "thread", "text", "html",
    "subject", "reply_to", "time", "state", "reason", "message_id", "emoji", "payload", "duration",
    "moved_to",
)  # fmt: skip
STATES: Mapping[str, tuple[str, ...]] = {
    "receipt": get_args(ReceiptState),
    "typing": ("on", "off"),
    "membership": ("joined", "left", "blocked", "unblocked", "moved"),
    "call": ("ringing", "answered", "ended", "missed", "recorded"),
    "alert": ("firing", "resolved"),
}
IGNORE = "ignore"
REST = "*"
PLACE = "geo:"
MEDIA_KINDS = frozenset(get_args(MediaKind))
PREFIXES = ("whatsapp:", "tel:", "sms:")


def holds(value: Value) -> bool:
    """What JMESPath takes for true: all but null, false, and what is empty."""
    return value is not False and value not in EMPTY


class Rule:
    """How one kind of event is read. Making it raises ValueError."""

    def __init__(self, event: model.Event, family: str, scope: Scope) -> None:
        self.kind = event.kind
        self.direction = event.direction
        self.family = event.family or family
        self._found: dict[str, Expression] = {
            name: scope.expression(getattr(event, name))
            for name in EXPRESSIONS
            if getattr(event, name)
        }
        self._states = _states(event)
        formats = event.time_format
        self._formats = known_formats((formats,) if isinstance(formats, str) else formats)
        self._zone = zone_of(event.time_zone)
        self._region = scope.template(event.region)
        self._files = _Files(event.files, scope) if event.files else None
        self._segments = _Segments(event.segments, scope) if event.segments else None

    def fits(self, document: Lazy) -> bool:
        """Whether ``when`` holds, or is not asked for; it does not where it cannot be asked."""
        when = self._found.get("when")
        try:
            return when is None or holds(when(document))
        except ValueError:
            return False

    def value(self, name: str, document: Lazy) -> Value:
        """What the expression finds; None where there is none."""
        found = self._found.get(name)
        return None if found is None else found(document)

    def text(self, name: str, document: Lazy) -> str:
        """As text; "" for nothing. ValueError names the field."""
        found = self._found.get(name)
        if found is None:
            return ""
        value = found(document)
        if isinstance(value, str):
            return value
        if value is False:  # what "a == 'x' && b" gives where a is another
            return ""
        try:
            return as_text(value)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error

    def needed(self, name: str, document: Lazy) -> str:
        """As text that must be there."""
        found = self.text(name, document)
        if not found:
            where = self._found.get(name)
            raise ValueError(f"{name} is missing ({where.source if where else 'not mapped'})")
        return found

    def time(self, document: Lazy, received_at: datetime) -> datetime:
        """When it happened, or came where the provider does not say."""
        value = self.value("time", document)
        return received_at if value in EMPTY else moment(value, self._formats, self._zone)

    def sender(self, document: Lazy) -> SenderId | None:
        """Who; None where nobody is named."""
        raw = self.text("sender", document).strip()
        if not raw:
            return None
        if self.family == "tel":
            return phone_sender(raw.removeprefix("tel:"), self._region.text(document))
        for prefix in (*PREFIXES, f"{self.family}:"):
            raw = raw.removeprefix(prefix)
        value = raw.removeprefix("+") if self.family == "whatsapp" else raw
        return SenderId(family=self.family, value=value, scope=self.text("scope", document))

    def state(self, document: Lazy) -> str:
        """One of the kind's states, or ``ignore``. ValueError for one that is not known."""
        said = self.text("state", document).strip().lower()
        found = self._states.get(said) or self._states.get(REST)
        if found is None:
            raise ValueError(f"unknown state {said[:60]!r}")
        return found

    def files(self, document: Lazy) -> tuple[MediaRef, ...]:
        """The message's files."""
        return self._files.read(document) if self._files else ()

    def segment(self, document: Lazy) -> tuple[str, str]:
        """("2", "3") for the second part of three; "" twice for a whole text."""
        return self._segments.read(document) if self._segments else ("", "")


class _Files:
    def __init__(self, files: str | model.Files, scope: Scope) -> None:
        given = model.Files(each=files) if isinstance(files, str) else files
        inner = Scope(frozenset({*scope.names, "file"}), scope.functions)
        self._each = scope.expression(given.each)
        if not given.url and not given.ref:
            given = msgspec.structs.replace(given, url="file")
        self._found = {
            name: inner.expression(getattr(given, name))
            for name in ("url", "ref", "name", "type", "kind", "size")
            if getattr(given, name)
        }

    def read(self, document: Lazy) -> tuple[MediaRef, ...]:
        each = self._each(document)
        listed = each if isinstance(each, list) else [each]
        return tuple(self._one(document, one) for one in listed if holds(one))

    def _one(self, document: Lazy, file: Value) -> MediaRef:
        document["file"] = file
        said = {name: self._text(name, document) for name in self._found}
        name, url, ref = said.get("name", ""), said.get("url", ""), said.get("ref", "")
        if not url and not ref:
            raise ValueError("a file has neither url nor ref")
        media_type = said.get("type", "") or _guessed(name or url)
        kind = said.get("kind", "")
        size = said.get("size", "")
        if url.startswith(PLACE):
            kind = "location"
        return MediaRef(
            kind=_kind(kind) if kind in MEDIA_KINDS else kind_of(media_type),
            url=url,
            ref=ref,
            name=name,
            media_type=media_type,
            size=int(size) if size.isdecimal() else None,
        )

    def _text(self, name: str, document: Lazy) -> str:
        value = self._found[name](document)
        try:
            return "" if value is False else as_text(value)
        except ValueError as error:
            raise ValueError(f"files: {name}: {error}") from error


class _Segments:
    def __init__(self, segments: model.Segments, scope: Scope) -> None:
        self._number = scope.expression(segments.number)
        self._total = scope.expression(segments.total)

    def read(self, document: Lazy) -> tuple[str, str]:
        number, total = as_text(self._number(document)), as_text(self._total(document))
        return (number, total) if total.isdecimal() and int(total) > 1 else ("", "")


def _states(event: model.Event) -> dict[str, str]:
    """What the provider says, in lower case, as the contract says it."""
    known = STATES.get(event.kind, ())
    wrong = [state for state in event.states if state not in {*known, IGNORE}]
    if wrong:
        raise ValueError(f"states: {wrong[0]!r} is none of {', '.join((*known, IGNORE))}")
    if not event.states:
        return {state: state for state in known}
    return {
        as_text(said).lower(): state
        for state, many in event.states.items()
        for said in (many if isinstance(many, tuple) else (many,))
    }


def _kind(name: str) -> MediaKind:
    kind: Any = name
    return kind if name in MEDIA_KINDS else "file"


def _guessed(name: str) -> str:
    if name.startswith(SCHEME):
        return media_type_of(name)
    return mimetypes.guess_type(name.partition("?")[0])[0] or ""
