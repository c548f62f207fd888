"""A reply by Slack's Web API (https://docs.slack.dev/reference/methods/chat.postMessage)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from connectors.contract import (
    Accepted,
    Health,
    OutboundFile,
    OutboundMessage,
    OutcomeUnknown,
    ReauthNeeded,
    Rejected,
    RetryLater,
    SendOutcome,
)
from connectors.events import scoped_id
from connectors.http import Http, HttpReply, LineBroken, NotSent
from connectors.kit.outcomes import attempt, of_reply, retry_after
from connectors.kit.pieces import Piece, send_pieces
from connectors.kit.splitting import split_text

MAX_TEXT = 4000
BUTTONS_MAX, BUTTON_CHARS = 25, 75
JSON = {"content-type": "application/json; charset=utf-8"}
FORM = {"content-type": "application/x-www-form-urlencoded"}

LATER = {"ratelimited", "rate_limited", "service_unavailable", "team_added_to_org"}
REAUTH = {
    *("invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"),
    *("missing_scope", "no_permission", "access_denied", "org_login_required"),
}
UNKNOWN = {"fatal_error", "internal_error", "request_timeout"}
TOO_MANY = 429


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """``ok`` says whether it worked: the status does not."""

    ok: bool | None = None
    error: str = ""
    needed: str = ""
    channel: str | None = None
    ts: str | None = None
    upload_url: str = ""
    file_id: str = ""
    url: str = ""
    team: str = ""


class SlackApi:
    """One workspace's calls."""

    def __init__(self, http: Http, base_url: str, token: str) -> None:
        self._http = http
        self._url = f"{base_url.rstrip('/')}/api"
        self._token = token

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """Words first, with their buttons on the last; then files."""
        pieces = []
        texts = split_text(message.text, MAX_TEXT) if message.text else []
        for number, text in enumerate(texts, 1):
            buttons = message.quick_replies if number == len(texts) else ()
            pieces.append(self._text_piece(message, text, buttons))
        pieces += [self._file_piece(message, file) for file in message.attachments]
        return await send_pieces(pieces)

    def _text_piece(
        self, message: OutboundMessage, text: str, buttons: tuple[str, ...] = ()
    ) -> Piece:
        body: dict[str, Any] = {**_place(message), "text": escaped(text)}
        if buttons:
            body["blocks"] = _blocks(escaped(text), buttons)

        async def send() -> SendOutcome:
            reply = await self.call("chat.postMessage", msgspec.json.encode(body), JSON)
            return outcome_of(reply)

        return Piece(name="a part of the text", send=lambda: attempt(send))

    def _file_piece(self, message: OutboundMessage, file: OutboundFile) -> Piece:
        if file.url and not file.size:
            return self._text_piece(message, file.url)
        return Piece(name=file.name, send=lambda: attempt(lambda: self._share(message, file)))

    async def _share(self, message: OutboundMessage, file: OutboundFile) -> SendOutcome:
        """Ask where, upload, share; before the last step nobody has seen anything."""
        try:
            asked = urlencode({"filename": file.name, "length": file.size}).encode()
            reply = await self.call("files.getUploadURLExternal", asked, FORM)
            answer = reply.read(Answer)
            if answer is None or not answer.ok:
                return outcome_of(reply)
            kept = await self._http.request(
                "POST",
                answer.upload_url,
                headers={"content-type": file.media_type},
                body=file.open(),
            )
        except LineBroken as error:
            raise NotSent(f"the upload broke: {error}") from error
        if not kept.ok:
            return of_reply(kept)
        place = _place(message)
        body = {
            "files": [{"id": answer.file_id, "title": file.name}],
            "channel_id": place["channel"],
        }
        if "thread_ts" in place:
            body["thread_ts"] = place["thread_ts"]
        shared = await self.call("files.completeUploadExternal", msgspec.json.encode(body), JSON)
        outcome = outcome_of(shared)
        return Accepted(native_ids=()) if isinstance(outcome, Accepted) else outcome

    async def call(
        self, method: str, body: bytes, headers: Mapping[str, str], timeout_s: float = 20.0
    ) -> HttpReply:
        """One method with the bot's token."""
        return await self._http.request(
            "POST",
            f"{self._url}/{method}",
            headers={**headers, "authorization": f"Bearer {self._token}"},
            body=body,
            timeout_s=timeout_s,
        )

    async def check(self) -> Health:
        """Whether the token is good, and of which workspace."""
        reply = await self.call("auth.test", b"", FORM, 8)
        answer = reply.read(Answer)
        if answer is not None and answer.ok:
            return Health(ok=True, detail=f"workspace {answer.team}")
        words = answer.error if answer else f"answered {reply.status}"
        advice = "Reinstall the app into the workspace and copy the bot token anew."
        return Health(ok=False, detail=words, advice=advice)


def escaped(text: str) -> str:
    """What Slack would read as markup (https://docs.slack.dev/messaging/formatting-message-text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _place(message: OutboundMessage) -> dict[str, str]:
    """The channel, and the thread that the reply belongs to."""
    channel, _, ts = message.thread_key.partition(":")
    answered = message.reply_to.partition("#")[2] if message.reply_to else ""
    thread = ts or answered
    return {"channel": channel or message.recipient.value} | (
        {"thread_ts": thread} if thread else {}
    )


def _blocks(text: str, labels: tuple[str, ...]) -> list[dict[str, Any]]:
    buttons = [
        {
            "type": "button",
            "action_id": f"reply-{number}",
            "text": {"type": "plain_text", "text": label[:BUTTON_CHARS]},
            "value": label,
        }
        for number, label in enumerate(labels[:BUTTONS_MAX])
    ]
    section = {"type": "section", "text": {"type": "mrkdwn", "text": text[:3000]}}
    return [section, {"type": "actions", "elements": buttons}]


def outcome_of(reply: HttpReply) -> SendOutcome:
    """Errors come with status 200 and ``ok: false``."""
    answer = reply.read(Answer)
    if answer is None or answer.ok is None:
        return of_reply(reply) if not reply.ok else OutcomeUnknown(reason="no ok in the answer")
    if answer.ok:
        ids = (scoped_id(answer.channel, answer.ts),) if answer.channel and answer.ts else ()
        return Accepted(native_ids=ids)
    return _refused(reply, answer)


def _refused(reply: HttpReply, answer: Answer) -> SendOutcome:
    reason = f"{answer.error} {answer.needed}".strip()
    if answer.error in LATER or reply.status == TOO_MANY:
        return RetryLater(reason=reason, after_s=retry_after(reply))
    if answer.error in REAUTH:
        return ReauthNeeded(reason=reason)
    if answer.error in UNKNOWN:
        return OutcomeUnknown(reason=reason)
    return Rejected(reason=reason, code=answer.error)
