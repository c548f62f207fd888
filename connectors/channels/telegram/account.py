"""The Bot API calls that speak of the bot itself: files, health, where its webhook is."""

from collections.abc import AsyncIterator, Mapping

import msgspec

from connectors.channels.telegram.payload import ALLOWED
from connectors.contract import Health
from connectors.errors import FetchFailed
from connectors.http import Http, HttpReply, LineBroken, NotSent

BROKEN_FROM = 500
LATER = {429}
TIMEOUT_S = 8.0
RENEW = "Ask @BotFather for the token (/mybots) and paste it anew."
ADVICE = {
    400: "Telegram calls public https addresses only: see the public URL in the settings.",
    401: RENEW,
    404: RENEW,
}


class FilePath(msgspec.Struct, frozen=True):
    """Where a file lies for the next hour."""

    file_path: str = ""


class GetFile(msgspec.Struct, frozen=True):
    """The answer of getFile."""

    result: FilePath = FilePath()


class Named(msgspec.Struct, frozen=True):
    """The answer of getMe and getWebhookInfo, as far as we read it."""

    username: str = ""
    url: str = ""
    last_error_message: str = ""
    pending_update_count: int = 0


class Answered(msgspec.Struct, frozen=True):
    """Any answer whose result is an object."""

    result: Named = Named()


class Answer(msgspec.Struct, frozen=True):
    """Any answer: its result may be anything."""

    description: str = ""


class TelegramApi:
    """Plain calls, without the library. Those that return Health raise NotSent, LineBroken."""

    def __init__(self, http: Http, token: str, base_url: str) -> None:
        self._http = http
        base = base_url.rstrip("/")
        self.url = f"{base}/bot{token}"
        self._files = f"{base}/file/bot{token}"

    async def file(self, file_id: str) -> AsyncIterator[bytes]:
        """The bytes of a received file; raises FetchFailed."""
        try:
            reply = await self._call("getFile", {"file_id": file_id})
        except (NotSent, LineBroken) as error:
            raise FetchFailed(str(error), retry=True) from error
        found = reply.read(GetFile)
        if not reply.ok or not found or not found.result.file_path:
            retry = reply.status in LATER or reply.status >= BROKEN_FROM
            words = f"getFile was answered {reply.status}"
            raise FetchFailed(words, retry=retry, status=reply.status)
        return self._http.stream(f"{self._files}/{found.result.file_path}")

    async def check(self, wanted_hook: str) -> Health:
        """The token, and whether the webhook is ``wanted_hook`` ("" for none)."""
        reply = await self._call("getMe", {})
        if not reply.ok:
            return Health(ok=False, detail=f"Telegram answered {reply.status}", advice=RENEW)
        me = reply.read(Answered) or Answered()
        hook = (await self._call("getWebhookInfo", {})).read(Answered) or Answered()
        return _hook_health(f"@{me.result.username}", hook.result, wanted_hook)

    async def register(self, hook_url: str, secret_token: str) -> Health:
        """Tell Telegram where the bot's webhook is."""
        arguments: dict[str, object] = {"url": hook_url, "allowed_updates": ALLOWED}
        if secret_token:
            arguments["secret_token"] = secret_token
        reply = await self._call("setWebhook", arguments)
        return _told(reply)

    async def unregister(self) -> Health:
        """No webhook, so that the bot can be polled; what waits at Telegram stays."""
        reply = await self._call("deleteWebhook", {"drop_pending_updates": False})
        return _told(reply)

    async def _call(self, method: str, arguments: Mapping[str, object]) -> HttpReply:
        return await self._http.request(
            "POST",
            f"{self.url}/{method}",
            headers={"Content-Type": "application/json"},
            body=msgspec.json.encode(arguments),
            timeout_s=TIMEOUT_S,
        )


def _told(reply: HttpReply) -> Health:
    said = (reply.read(Answer) or Answer()).description or f"answered {reply.status}"
    advice = "" if reply.ok else ADVICE.get(reply.status, "See what Telegram says; check again.")
    return Health(ok=reply.ok, detail=f"Telegram says: {said}", advice=advice)


def _hook_health(name: str, hook: Named, wanted: str) -> Health:
    if hook.url != wanted:
        advice = "Check the inbox again: that registers its address with Telegram."
        detail = f"{name}: webhook is {hook.url or 'not set'}"
        return Health(ok=False, detail=detail, advice=advice)
    if hook.last_error_message and hook.pending_update_count:
        detail = f"{name}: Telegram cannot deliver: {hook.last_error_message}"
        return Health(ok=False, detail=detail, advice="See that the hook address is public.")
    return Health(ok=True, detail=name)
