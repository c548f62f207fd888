"""What a channel makes of a request or a reply, without storing or sending anything.

The code path is ingest's and delivery's own; only the wire is a stand-in. Settings that a case does
not give are filled with placeholders.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import msgspec

from connectors.cases import ADDRESS, MAIL_ADDRESS, FileCase, MessageCase, SendCase, WebhookCase
from connectors.contract import (
    Accepted,
    Account,
    Connector,
    InboxId,
    OutboundFile,
    OutboundMessage,
    Puller,
    Refusal,
    RetryLater,
    Sender,
    SendOutcome,
    Streamer,
    Template,
    WebhookReceiver,
    WebhookRequest,
    WebhookResponse,
)
from connectors.errors import ConnectorError, Malformed, Stale, Unauthentic
from connectors.events import (
    InboundEvent,
    MediaRef,
    MessageReceived,
    Parsed,
    SenderId,
    unscoped_id,
)
from connectors.placeholders import PlaceholderTokens, fill
from connectors.registry import Registry
from connectors.standin import Recorded, StandInHttp

T = TypeVar("T")
Checked = tuple[bool | None, tuple[str, ...]]  # verified, and what is to be said of it
MailReader = Callable[[MessageReceived], MessageReceived]
ORIGIN = "https://localhost"
UNAUTHORIZED = 401
FORM = "application/x-www-form-urlencoded"


class FileSeen(msgspec.Struct, frozen=True, kw_only=True):
    """An attachment of an event."""

    kind: str
    name: str
    media_type: str
    url: str = ""
    ref: str = ""


class EventSeen(msgspec.Struct, frozen=True, kw_only=True):
    """An event as an observer reads it; fields that its kind lacks are null."""

    kind: str
    native_id: str
    dedupe_id: str
    occurred_at: datetime
    thread_key: str | None = None
    sender: str | None = None
    sender_name: str | None = None
    recipient: str | None = None
    text: str | None = None
    html: str | None = None
    subject: str | None = None
    attachments: tuple[FileSeen, ...] = ()
    reply_to: str | None = None
    direction: str | None = None
    state: str | None = None
    emoji: str | None = None
    payload: str | None = None
    change: str | None = None
    reason: str | None = None
    status: str | None = None
    message_id: str | None = None


class WebhookSeen(msgspec.Struct, frozen=True, kw_only=True):
    """``verified`` is None when the request is unsigned or the case brings no secret."""

    verified: bool | None
    status: int
    response_headers: Mapping[str, str]
    response_body: str
    events: tuple[EventSeen, ...]
    quarantined: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class OutcomeSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the reply."""

    state: str
    native_ids: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()
    reason: str = ""
    retry_after: float | None = None


class SendSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What would go out, and how the answers are understood."""

    requests: tuple[Recorded, ...]
    outcome: OutcomeSeen


def unread(event: MessageReceived) -> MessageReceived:
    """A raw mail stays one, where nobody is there to read it."""
    return event


def explain_webhook(
    registry: Registry,
    channel: str,
    settings: Mapping[str, Any],
    case: Mapping[str, Any],
    read_mail: MailReader = unread,
) -> WebhookSeen:
    """Verify, parse and acknowledge a recorded request. Raises ConnectorError. ``read_mail`` is
    the normaliser's, which stands above us.

    A request whose signature is wrong is parsed all the same, for the reader's sake: ``status``
    says that it would have been refused. An old time stamp is only a warning, for records are old,
    unless the record says at which clock it was judged.
    """
    read = read_case(case, WebhookCase)
    known = {**_by_webhook(registry, channel), **_secrets(registry, channel, read), **settings}
    given = fill(registry.settings_type(channel), known)
    request = _request(read)
    address = _address(registry, channel, read.address)
    account = _account(channel, address, request.url.partition("?")[0], given.values)
    connector = registry.connect(account, StandInHttp())
    if isinstance(connector, WebhookReceiver):
        dated = read.expected.clock is not None
        checked = _verified(connector, request, dated=dated) if given.knows_secret else (None, ())
        return _observe(connector, request, checked, read_mail)
    if isinstance(connector, Puller | Streamer):
        parsed, quarantined = _item(connector, request)
        return _seen(_read(parsed, read_mail), None, WebhookResponse(), quarantined=quarantined)
    raise Malformed(f"channel {channel!r} takes no requests")


def recorded_request(case: Mapping[str, Any]) -> WebhookRequest:
    """A case's request as the edge would hand it on. Raises ConnectorError."""
    return _request(read_case(case, WebhookCase))


async def explain_send(
    registry: Registry, channel: str, settings: Mapping[str, Any], case: Mapping[str, Any]
) -> SendSeen:
    """Send a reply to a stand-in that gives the case's answers. Raises ConnectorError."""
    read = read_case(case, SendCase)
    http = StandInHttp(read.replies)
    values = {**_secrets(registry, channel, read), **settings}
    place = Place(http=http, address=read.address, hook_url=read.hook_url)
    connector = connected(registry, channel, values, place)
    if not isinstance(connector, Sender):
        raise Malformed(f"channel {channel!r} cannot send")
    message = outbound_message(read.message)
    outcome = await connector.send(message)
    key = message.thread_key or message.recipient.value
    return SendSeen(requests=tuple(http.requests), outcome=outcome_seen(outcome, key))


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a connector stands: on which line, under which addresses of ours."""

    http: StandInHttp
    address: str = ""
    hook_url: str = ""


def connected(
    registry: Registry, channel: str, settings: Mapping[str, Any], place: Place
) -> Connector:
    """The channel's connector at a stand-in."""
    given = fill(registry.settings_type(channel), settings)
    hook_url = place.hook_url or f"{ORIGIN}/hooks/{channel}/inbox"
    address = _address(registry, channel, place.address)
    return registry.connect(_account(channel, address, hook_url, given.values), place.http)


def outbound_message(case: MessageCase) -> OutboundMessage:
    """A case's message in the contract's words."""
    family, _, value = case.recipient.partition(":")
    template = case.template
    return OutboundMessage(
        id=case.id,
        recipient=SenderId(family=family, value=value),
        thread_key=case.thread_key,
        text=case.text,
        created_at=datetime.now(UTC),
        html=case.html,
        subject=case.subject,
        attachments=tuple(_file(file) for file in case.attachments),
        quick_replies=case.quick_replies,
        template=Template(name=template.name, language=template.language, params=template.params)
        if template
        else None,
        reply_to=case.reply_to,
        reply_handle=case.reply_handle,
        mail=case.mail,
    )


def outcome_seen(outcome: SendOutcome, thread_key: str) -> OutcomeSeen:
    """An outcome in one shape; ids as the provider's own tools show them."""
    if isinstance(outcome, Accepted):
        ids = tuple(unscoped_id(id, thread_key) for id in outcome.native_ids)
        return OutcomeSeen(
            state="sent", native_ids=ids, failed=outcome.failed, refused=outcome.refused
        )
    return OutcomeSeen(
        state=str(outcome.__struct_config__.tag),
        reason=outcome.reason,
        retry_after=outcome.after_s if isinstance(outcome, RetryLater) else None,
    )


def event_seen(event: InboundEvent) -> EventSeen:
    """An event in one shape; ids as the provider's own tools show them."""
    thread_key: str | None = getattr(event, "thread_key", None)
    senders: tuple[SenderId, ...] = getattr(event, "senders", ())
    files: tuple[MediaRef, ...] = getattr(event, "attachments", ())
    return EventSeen(
        kind=str(event.__struct_config__.tag),
        native_id=unscoped_id(event.native_id, thread_key or ""),
        dedupe_id=event.dedupe_id,
        occurred_at=event.occurred_at,
        sender=senders[0].canonical if senders else None,
        attachments=tuple(
            FileSeen(kind=f.kind, url=f.url, ref=f.ref, name=f.name, media_type=f.media_type)
            for f in files
        ),
        **{name: getattr(event, name) for name in SHARED if hasattr(event, name)},
    )


SHARED = (
    "thread_key",
    "sender_name",
    "recipient",
    "text",
    "html",
    "subject",
    "reply_to",
    "direction",
    "state",
    "emoji",
    "payload",
    "change",
    "reason",
    "status",
    "message_id",
)


def _observe(
    receiver: WebhookReceiver, request: WebhookRequest, checked: Checked, read_mail: MailReader
) -> WebhookSeen:
    verified, warnings = checked
    greeting = receiver.handshake(request)
    if greeting is not None:
        answer = WebhookResponse(status=UNAUTHORIZED) if verified is False else greeting
        return _seen(Parsed(), verified, answer, warnings=warnings)
    parsed, quarantined = _parsed(receiver, request)
    answer = receiver.ack(request)
    if verified is False:
        answer = WebhookResponse(status=UNAUTHORIZED)
    read = _read(parsed, read_mail)
    return _seen(read, verified, answer, quarantined=quarantined, warnings=warnings)


def _read(parsed: Parsed, read_mail: MailReader) -> Parsed:
    return msgspec.structs.replace(
        parsed,
        events=tuple(
            read_mail(event) if isinstance(event, MessageReceived) and event.mail else event
            for event in parsed.events
        ),
    )


def _item(source: Puller | Streamer, request: WebhookRequest) -> tuple[Parsed, tuple[str, ...]]:
    return _understood(
        lambda: source.parse_item(request.body, request.headers, request.received_at)
    )


def _parsed(receiver: WebhookReceiver, request: WebhookRequest) -> tuple[Parsed, tuple[str, ...]]:
    return _understood(lambda: receiver.parse(request))


def _understood(parse: Callable[[], Parsed]) -> tuple[Parsed, tuple[str, ...]]:
    try:
        parsed = parse()
    except Malformed as error:
        return Parsed(), (str(error),)
    return parsed, tuple(f"item {bad.index}: {bad.reason}" for bad in parsed.bad)


def _verified(receiver: WebhookReceiver, request: WebhookRequest, *, dated: bool) -> Checked:
    try:
        return receiver.verify(request) or None, ()
    except Stale as stale:
        if dated:
            return False, (str(stale),)
        again = msgspec.structs.replace(request, received_at=stale.signed_at)
        verified, _ = _verified(receiver, again, dated=True)
        return verified, (str(stale),)
    except Unauthentic as error:
        return False, (str(error),)


def _seen(
    parsed: Parsed,
    verified: bool | None,
    answer: WebhookResponse,
    *,
    quarantined: tuple[str, ...] = (),
    warnings: tuple[str, ...] = (),
) -> WebhookSeen:
    return WebhookSeen(
        verified=verified,
        status=answer.status,
        response_headers=answer.headers,
        response_body=answer.body.decode("utf-8", "replace"),
        events=tuple(event_seen(event) for event in parsed.events),
        quarantined=quarantined,
        warnings=warnings,
    )


def _request(case: WebhookCase) -> WebhookRequest:
    url = urljoin(ORIGIN, case.url)
    query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    extra = {name: value for name, value in (case.query or {}).items() if name not in query}
    if extra:
        url += ("&" if query else "?") + urlencode(extra)
    headers = {name.lower(): value for name, value in case.headers.items()}
    kind = case.content_type or (FORM if case.form is not None else "")
    if kind:
        headers.setdefault("content-type", kind)
    return WebhookRequest(
        method=case.method.partition(" ")[0],
        url=url,
        headers=headers,
        query={**query, **extra},
        body=_body(case),
        received_at=case.received_at or case.expected.clock or datetime.now(UTC),
    )


def _body(case: WebhookCase) -> bytes:
    if case.form is not None:
        return urlencode(dict(case.form), doseq=True).encode()
    if case.body is None:
        return b""
    return case.body.encode() if isinstance(case.body, str) else msgspec.json.encode(case.body)


def _by_webhook(registry: Registry, channel: str) -> Mapping[str, Any]:
    """A channel that has several ways in is asked for the one that takes requests."""
    choices = {field.name: field.choices for field in registry.setting_fields(channel)}
    return {"mode": "webhook"} if "webhook" in choices.get("mode", ()) else {}


def _secrets(registry: Registry, channel: str, case: WebhookCase | SendCase) -> Mapping[str, Any]:
    if case.secret is None or not isinstance(case.secret, str):
        return case.secret or {}
    return dict.fromkeys(registry.signing_settings(channel), case.secret)


def _address(registry: Registry, channel: str, given: str) -> str:
    """A case's own, or one as the channel's customers would write to."""
    mail = registry.manifest(channel).family == "mailto"
    return given or (MAIL_ADDRESS if mail else ADDRESS)


def _account(channel: str, address: str, hook_url: str, settings: msgspec.Struct) -> Account:
    return Account(
        inbox_id=InboxId("inbox"),
        channel=channel,
        name="Explained",
        address=address,
        hook_url=hook_url,
        settings=settings,
        tokens=PlaceholderTokens(),
    )


def _file(case: FileCase) -> OutboundFile:
    content = case.content.encode()

    async def pieces() -> AsyncIterator[bytes]:
        yield content

    return OutboundFile(
        name=case.name,
        media_type=case.media_type,
        size=len(content),
        open=pieces,
        url=case.url,
        content_id=case.content_id,
    )


def read_case(case: Mapping[str, Any], kind: type[T]) -> T:
    """A case as its type; ConnectorError says what does not fit."""
    try:
        return msgspec.convert(case, kind, strict=False)
    except msgspec.ValidationError as error:
        raise ConnectorError(f"the case does not fit: {error}") from error
