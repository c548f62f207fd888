"""Sending by a channel.toml: which requests a message becomes, one after the other."""

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec

from connectors.contract import (
    Account,
    OutboundFile,
    OutboundMessage,
    ReauthNeeded,
    Rejected,
    RetryLater,
    SendOutcome,
    Template,
)
from connectors.declarative import model
from connectors.declarative.auth import (
    REPLY_NAMES,
    Connection,
    Credentials,
    TokenRefused,
    TokenUnavailable,
    answer_document,
    credentials,
)
from connectors.declarative.reading import holds
from connectors.declarative.replies import Answers
from connectors.declarative.requests import MESSAGE_NAMES, Caller, Made, merged
from connectors.declarative.templates import Scope
from connectors.declarative.texts import as_text
from connectors.http import Http, HttpReply
from connectors.kit.media_kinds import kind_of
from connectors.kit.outcomes import attempt
from connectors.kit.pieces import Piece, send_pieces
from connectors.kit.splitting import split_text
from connectors.manifest import Limits
from storage.ids import utc_now

BY_LINK = {"in_text", "together"}


class Outbound:
    """A compiled [send]. Making it raises ValueError."""

    def __init__(self, send: model.Send, limits: Limits, scope: Scope) -> None:
        inner = Scope(MESSAGE_NAMES, scope.functions)
        self.send = send
        self.limits = limits
        self.plain = Caller(send, inner, send.sign)
        self.variants = [
            (inner.expression(one.when), Caller(merged(send, one), inner, send.sign))
            for one in send.variants
        ]
        self.upload = Caller(send.upload, inner) if send.upload else None
        self.upload_ref = (
            Scope(REPLY_NAMES, scope.functions).expression(send.upload.ref) if send.upload else None
        )
        self.credentials = credentials(send.auth, inner)
        self.answers = Answers(send, scope)
        multiparts = [one.multipart for one in send.variants] + [send.multipart]
        self.brings_files = self.upload is not None or any(multiparts)

    def caller(self, document: Mapping[str, Any]) -> Caller:
        """The first variant that fits, else [send] itself. ValueError."""
        found = (caller for when, caller in self.variants if holds(when(document)))
        return next(found, self.plain)


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What one request is to carry."""

    text: str = ""
    files: tuple[OutboundFile, ...] = ()

    @property
    def name(self) -> str:
        """What an agent reads when this part did not go."""
        return self.files[0].name if self.files and not self.text else "a part of the text"


class Mailman:
    """Sends the messages of one inbox."""

    def __init__(self, outbound: Outbound, account: Account, connection: Connection) -> None:
        self._outbound = outbound
        self._account = account
        self._http: Http = connection.http
        self.credentials: Credentials = outbound.credentials(connection)
        self._settings = msgspec.to_builtins(account.settings)

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``."""
        refused = self._refusal(message)
        if refused is not None:
            return refused
        parts = parts_of(message, self._outbound.send, self._outbound.limits)
        return await send_pieces(
            [
                Piece(name=part.name, send=self._sending(message, part, index, len(parts)))
                for index, part in enumerate(parts, 1)
            ]
        )

    def _refusal(self, message: OutboundMessage) -> Rejected | None:
        send = self._outbound.send
        if message.attachments and send.files == "none":
            return Rejected(reason="this channel sends no files")
        private = [file.name for file in message.attachments if not file.url]
        if private and not self._outbound.brings_files:
            return Rejected(reason=f"the provider fetches files by links; none for {private[0]}")
        return None

    def _sending(
        self, message: OutboundMessage, part: Part, index: int, count: int
    ) -> Callable[[], Awaitable[SendOutcome]]:
        async def deliver() -> SendOutcome:
            try:
                return await self._deliver(message, part, index, count)
            except TokenRefused as error:
                return ReauthNeeded(reason=str(error))
            except TokenUnavailable as error:
                return RetryLater(reason=str(error))
            except (ValueError, TypeError) as error:
                return Rejected(reason=f"the message cannot be made into a request: {error}")

        return lambda: attempt(deliver)

    async def _deliver(
        self, message: OutboundMessage, part: Part, index: int, count: int
    ) -> SendOutcome:
        document = self._document(message, part, index, count)
        file = part.files[0] if part.files else None
        if self._outbound.upload is not None and file is not None:
            refused = await self._bring(self._outbound.upload, document, file)
            if refused is not None:
                return refused
        caller = self._outbound.caller(document)
        reply = await self._call(caller, document, file)
        return self._outbound.answers.outcome(reply, _known(document))

    async def _bring(
        self, upload: Caller, document: dict[str, Any], file: OutboundFile
    ) -> SendOutcome | None:
        """Upload the file; its reference goes into ``file.ref``."""
        reply = await self._call(upload, document, file)
        answer = answer_document(reply, _known(document))
        ref = self._outbound.upload_ref
        found = as_text(ref(answer)) if ref is not None and reply.ok else ""
        if not found:
            refused = self._outbound.answers.outcome(reply, _known(document))
            words = f"the file was not taken: {reply.status}"
            return Rejected(reason=words) if reply.ok else refused
        document["file"]["ref"] = found
        return None

    async def _call(
        self, caller: Caller, document: Mapping[str, Any], file: OutboundFile | None
    ) -> HttpReply:
        shown = await self.credentials.shown(document)
        reply = await self._request(caller.make(shown.within(document), file), shown.headers)
        if self.credentials.refused(reply):
            shown = await self.credentials.shown(document, shown.token)
            reply = await self._request(caller.make(shown.within(document), file), shown.headers)
        return reply

    async def _request(self, made: Made, headers: Mapping[str, str]) -> HttpReply:
        return await self._http.request(
            made.method, made.url, headers={**made.headers, **headers}, body=made.body
        )

    def _document(
        self, message: OutboundMessage, part: Part, index: int, count: int
    ) -> dict[str, Any]:
        files = [_file(file) for file in part.files]
        template = message.template
        return {
            "to": message.recipient.value,
            "family": message.recipient.family,
            "scope": message.recipient.scope,
            "from": self._account.address,
            "text": part.text,
            "html": message.html,
            "subject": message.subject,
            "id": message.id,
            "piece": index,
            "pieces": count,
            "piece_id": message.id if index == 1 else f"{message.id}.{index}",
            "files": files,
            "file": files[0] if files else None,
            "quick_replies": list(message.quick_replies),
            "template": _template(template) if template else None,
            "reply_to": message.reply_to,
            "thread": message.thread_key,
            "sender_name": message.sender_name,
            "settings": self._settings,
            "hook_url": self._account.hook_url,
            "now": int(utc_now().timestamp()),
            "nonce": secrets.token_hex(16),
        }


def parts_of(message: OutboundMessage, send: model.Send, limits: Limits) -> list[Part]:
    """The requests of a message in their order: texts first, but for a caption."""
    text, files = message.text, message.attachments
    if send.files == "in_text":
        text, files = "\n".join([*filter(None, [text]), *(file.url for file in files)]), ()
    texts = split_text(text, limits.max_chars, limits.unit) if limits.max_chars else [text]
    if not files:
        return [Part(text=one) for one in texts]
    if send.files == "together":
        return _together(texts, files, limits.attachments_max or len(files))
    return _each(texts, files, caption=send.caption)


def _together(texts: Sequence[str], files: Sequence[OutboundFile], most: int) -> list[Part]:
    batches = [tuple(files[i : i + most]) for i in range(0, len(files), most)]
    return [
        *(Part(text=one) for one in texts[:-1]),
        Part(text=texts[-1], files=batches[0]),
        *(Part(files=batch) for batch in batches[1:]),
    ]


def _each(texts: Sequence[str], files: Sequence[OutboundFile], *, caption: bool) -> list[Part]:
    alone = [Part(files=(file,)) for file in files]
    if caption and len(texts) == 1:
        return [Part(text=texts[0], files=(files[0],)), *alone[1:]]
    return [*(Part(text=one) for one in texts if one), *alone]


def _file(file: OutboundFile) -> dict[str, Any]:
    return {
        "url": file.url,
        "name": file.name,
        "type": file.media_type,
        "kind": kind_of(file.media_type),
        "size": file.size,
    }


def _template(template: Template) -> dict[str, Any]:
    return {
        "name": template.name,
        "language": template.language,
        "params": list(template.params),
    }


def _known(document: Mapping[str, Any]) -> dict[str, Any]:
    """What an answer may be compared with."""
    return {name: document[name] for name in ("settings", "id", "piece_id", "to")}
