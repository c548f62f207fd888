"""From a request to events, by the rules of a channel.toml. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from connectors.declarative import model
from connectors.declarative.documents import Lazy
from connectors.declarative.expressions import Expression
from connectors.declarative.reading import IGNORE, Rule, holds
from connectors.declarative.templates import Scope
from connectors.declarative.texts import Value
from connectors.errors import Malformed
from connectors.events import (
    AlertRaised,
    BadItem,
    CallEvent,
    InboundEvent,
    MembershipChanged,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    Parsed,
    PostbackPressed,
    ReactionChanged,
    ReceiptReported,
    SenderId,
    TypingChanged,
)
from connectors.kit.signatures import content_id

MOST_REASONS = 3
MOST_ITEMS = 10_000
NO_RULE = "no event of the channel fits this item"
Build = Callable[[Rule, Lazy, datetime], InboundEvent]


class Inbound:
    """All rules of a channel. Making it raises ValueError."""

    def __init__(self, receive: model.Receive, family: str, scope: Scope) -> None:
        self._groups: dict[str, tuple[Expression | None, list[Rule]]] = {}
        for index, event in enumerate(receive.events):
            try:
                self._add(event, Rule(event, family, scope), scope)
            except ValueError as error:
                raise RuleInvalid(index, str(error)) from error
        self._ignore = scope.expression(receive.ignore) if receive.ignore else None

    def _add(self, event: model.Event, rule: Rule, scope: Scope) -> None:
        each = scope.expression(event.each) if event.each else None
        self._groups.setdefault(event.each, (each, []))[1].append(rule)

    def parse(self, document: Lazy, received_at: datetime) -> Parsed:
        """Everything in it. Raises Malformed when nothing of it can be read."""
        reading = _Reading(document, received_at, self._ignore)
        for each, rules in self._groups.values():
            reading.group(each, rules)
        if not reading.applied and not reading.ignored():
            raise Malformed("no event of the channel fits this request")
        if reading.bad and not reading.events:
            raise Malformed("; ".join(bad.reason for bad in reading.bad[:MOST_REASONS]))
        return Parsed(events=tuple(reading.events), bad=tuple(reading.bad))


class RuleInvalid(ValueError):
    """The event number ``index`` of the file is wrong."""

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(reason)
        self.index = index


class _Reading:
    """What one request gave so far."""

    def __init__(self, document: Lazy, received_at: datetime, ignore: Expression | None) -> None:
        self._document = document
        self._received_at = received_at
        self._ignore = ignore
        self._count = 0
        self.applied = False
        self.events: list[InboundEvent] = []
        self.bad: list[BadItem] = []

    def group(self, each: Expression | None, rules: list[Rule]) -> None:
        """The rules that share one list of items; without a list, the request is the item."""
        if each is None:
            self._item(rules, alone=True)
            return
        items = self._items(each)
        self.applied = self.applied or items is not None
        for item in items or ():
            self._document["item"] = item
            self._item(rules, alone=False)
        self._document.pop("item", None)

    def ignored(self) -> bool:
        """Whether the channel knows that there is nothing in it."""
        try:
            return self._ignore is not None and holds(self._ignore(self._document))
        except ValueError:
            return False

    def _items(self, each: Expression) -> list[Value] | None:
        """None when the request holds no such list at all. Malformed for one that never ends."""
        try:
            found = each(self._document)
        except ValueError:
            return None
        if found is None:
            return None
        listed = found if isinstance(found, list) else [found]
        if len(listed) > MOST_ITEMS:
            raise Malformed(f"more than {MOST_ITEMS} items in one request")
        items = [item for item in listed if item is not None]
        return items if items or not listed else None

    def _item(self, rules: list[Rule], *, alone: bool) -> None:
        index = self._count
        try:
            rule = next((one for one in rules if one.fits(self._document)), None)
            if rule is None and (alone or self.ignored()):
                return
            self._count += 1
            self.applied = True
            event = self._event(rule)
        except (ValueError, Malformed) as error:
            self.applied = True
            self.bad.append(BadItem(index=index, reason=str(error)[:500]))
            return
        if event is not None:
            self.events.append(event)

    def _event(self, rule: Rule | None) -> InboundEvent | None:
        if rule is None:
            raise ValueError(NO_RULE)
        return read_event(rule, self._document, self._received_at)


def read_event(rule: Rule, document: Lazy, received_at: datetime) -> InboundEvent | None:
    """The event of an item that fits; None for a state that says nothing. ValueError."""
    return BUILDERS[rule.kind](rule, document, received_at)


def _message(rule: Rule, document: Lazy, received_at: datetime) -> InboundEvent:
    sender = _needed_sender(rule, document)
    at, id = rule.time(document, received_at), rule.text("id", document)
    text, files = rule.text("text", document), rule.files(document)
    recipient = rule.text("recipient", document)
    if not id:
        said = (sender.canonical, recipient, text, *(file.url or file.ref for file in files))
        id = content_id(_minute(at, received_at), *said)
    number, total = rule.segment(document)
    if total:
        id, text = f"{id}/{number}", f"({number}/{total}) {text}"
    return MessageReceived(
        dedupe_id=rule.text("dedupe", document) or id,
        native_id=id,
        thread_key=_thread(rule, document, sender, recipient),
        senders=(sender,),
        occurred_at=at,
        sender_name=rule.text("sender_name", document),
        recipient=recipient,
        direction=rule.direction,
        text=text,
        html=rule.text("html", document) or None,
        subject=rule.text("subject", document),
        attachments=files,
        reply_to=rule.text("reply_to", document),
    )


def _minute(at: datetime, received_at: datetime) -> str:
    """The provider's time, else the minute of arrival: a repeat comes within it, as a rule."""
    exact = at != received_at
    return at.isoformat() if exact else received_at.replace(second=0, microsecond=0).isoformat()


def _receipt(rule: Rule, document: Lazy, received_at: datetime) -> InboundEvent | None:
    state = rule.state(document)
    if state == IGNORE:
        return None
    ours = rule.text("message_id", document)
    id = rule.text("id", document) if ours else rule.needed("id", document)
    return ReceiptReported(
        dedupe_id=rule.text("dedupe", document) or f"{id or ours}:{state}",
        native_id=id,
        state=_literal(state),
        occurred_at=rule.time(document, received_at),
        reason=rule.text("reason", document) if state == "failed" else "",
        message_id=ours,
        senders=_senders(rule, document),
    )


def _edit(rule: Rule, document: Lazy, received_at: datetime) -> InboundEvent:
    id, text = rule.needed("id", document), rule.text("text", document)
    return MessageEdited(
        dedupe_id=rule.text("dedupe", document) or f"{id}:edit:{content_id(text)}",
        native_id=id,
        occurred_at=rule.time(document, received_at),
        thread_key=rule.text("thread", document),
        senders=_senders(rule, document),
        text=text,
    )


def _delete(rule: Rule, document: Lazy, received_at: datetime) -> InboundEvent:
    id = rule.needed("id", document)
    return MessageDeleted(
        dedupe_id=rule.text("dedupe", document) or f"{id}:delete",
        native_id=id,
        occurred_at=rule.time(document, received_at),
    )


def _reaction(rule: Rule, document: Lazy, received_at: datetime) -> InboundEvent:
    id, emoji = rule.needed("id", document), rule.text("emoji", document)
    senders, at = _senders(rule, document), rule.time(document, received_at)
    who = senders[0].canonical if senders else ""
    return ReactionChanged(
        dedupe_id=rule.text("dedupe", document)
        or f"{id}:{content_id(who, emoji, _minute(at, received_at))}",
        native_id=id,
        occurred_at=at,
        senders=senders,
        emoji=emoji,
    )


def _postback(rule: Rule, document: Lazy, received_at: datetime) -> InboundEvent:
    sender = _needed_sender(rule, document)
    at, payload = rule.time(document, received_at), rule.text("payload", document)
    id = rule.text("id", document) or _unnamed(rule, document, received_at, payload)
    return PostbackPressed(
        dedupe_id=rule.text("dedupe", document) or id,
        native_id=id,
        thread_key=_thread(rule, document, sender, rule.text("recipient", document)),
        senders=(sender,),
        occurred_at=at,
        sender_name=rule.text("sender_name", document),
        text=rule.text("text", document),
        payload=payload,
    )


def _typing(rule: Rule, document: Lazy, received_at: datetime) -> InboundEvent | None:
    common = _happening(rule, document, received_at)
    if common is None:
        return None
    return TypingChanged(typing=common.pop("state") == "on", **common)


def _membership(rule: Rule, document: Lazy, received_at: datetime) -> InboundEvent | None:
    common = _happening(rule, document, received_at)
    if common is None:
        return None
    moved_to = rule.text("moved_to", document)
    return MembershipChanged(change=common.pop("state"), moved_to=moved_to, **common)


def _call(rule: Rule, document: Lazy, received_at: datetime) -> InboundEvent | None:
    common = _happening(rule, document, received_at)
    if common is None:
        return None
    seconds = rule.text("duration", document)
    return CallEvent(
        duration_s=int(float(seconds)) if seconds else 0,
        attachments=rule.files(document),
        **common,
    )


def _alert(rule: Rule, document: Lazy, received_at: datetime) -> InboundEvent | None:
    common = _happening(rule, document, received_at)
    if common is None:
        return None
    return AlertRaised(
        text=rule.text("text", document), subject=rule.text("subject", document), **common
    )


def _happening(rule: Rule, document: Lazy, received_at: datetime) -> dict[str, Any] | None:
    """What typing, membership, calls and alerts have in common; None for an ignored state."""
    state = rule.state(document)
    if state == IGNORE:
        return None
    sender = _needed_sender(rule, document)
    id = rule.text("id", document) or _unnamed(rule, document, received_at, state)
    return {
        "state": state,
        "dedupe_id": rule.text("dedupe", document) or f"{id}:{state}",
        "native_id": id,
        "thread_key": _thread(rule, document, sender, rule.text("recipient", document)),
        "senders": (sender,),
        "occurred_at": rule.time(document, received_at),
    }


def _unnamed(rule: Rule, document: Lazy, received_at: datetime, said: str) -> str:
    at = rule.time(document, received_at)
    return content_id(rule.text("sender", document), said, _minute(at, received_at))


def _thread(rule: Rule, document: Lazy, sender: SenderId, recipient: str) -> str:
    """One thread for each pair of our number and theirs, unless the channel says otherwise."""
    named = rule.text("thread", document)
    return named or (f"{recipient}/{sender.value}" if recipient else sender.value)


def _needed_sender(rule: Rule, document: Lazy) -> SenderId:
    sender = rule.sender(document)
    if sender is None:
        rule.needed("sender", document)
        raise ValueError("sender is blank")
    return sender


def _senders(rule: Rule, document: Lazy) -> tuple[SenderId, ...]:
    sender = rule.sender(document)
    return (sender,) if sender else ()


def _literal(state: str) -> Any:  # noqa: ANN401 - checked when the rule was made
    return state


BUILDERS: Mapping[str, Callable[[Rule, Lazy, datetime], InboundEvent | None]] = {
    "message": _message,
    "receipt": _receipt,
    "edit": _edit,
    "delete": _delete,
    "reaction": _reaction,
    "postback": _postback,
    "typing": _typing,
    "membership": _membership,
    "call": _call,
    "alert": _alert,
}
