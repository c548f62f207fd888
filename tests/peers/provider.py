"""One HTTP server that stands in for Twilio, the Telegram Bot API and an api channel's callback.

It answers as the providers document, keeps what it was asked to send, and has files to fetch.
"""

import itertools
import json
from collections import Counter
from types import TracebackType
from typing import Any

import aiohttp
from aiohttp import web

WEBHOOK_ID = "webhook-id"
ACTS = {"sendChatAction", "editMessageText", "deleteMessage", "setMessageReaction"}


class Provider:
    """``base_url`` is where the channels under test point; ``sent`` is what customers got."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []  # (channel, recipient, text)
        self.callback_ids: Counter[str] = Counter()
        self.refuse_with: list[web.Response] = []
        self.polled_updates: list[dict[str, Any]] = []
        self.hook = ""  # where Telegram was told to deliver
        self.refuse_hook: web.Response | None = None
        self.files: dict[str, bytes] = {}  # by path below /kept/, to be fetched
        self.refuse_file: dict[str, list[web.Response]] = {}
        self.asked_for: Counter[str] = Counter()
        self.acted: list[tuple[str, dict[str, Any]]] = []  # Bot API calls that are no sends
        self.attachments: list[tuple[str, str, str, bytes]] = []  # (channel, type, name, content)
        self._ids = itertools.count(1000)
        self._runner: web.AppRunner | None = None
        self.base_url = ""

    async def _twilio(self, request: web.Request) -> web.Response:
        form = await request.post()
        if self.refuse_with:
            return self.refuse_with.pop(0)
        sid = f"SM{next(self._ids):032x}"
        for link in form.getall("MediaUrl", []):
            await self._fetch_for_twilio(str(link))
        self.sent.append(("twilio_sms", str(form["To"]), str(form.get("Body", ""))))
        return web.json_response({"sid": sid, "status": "queued", "num_segments": "1"}, status=201)

    async def _fetch_for_twilio(self, link: str) -> None:
        """Twilio opens media links from outside, without any login of ours."""
        async with aiohttp.ClientSession() as http, http.get(link) as answer:
            assert answer.status == 200, await answer.text()
            name = answer.content_disposition.filename if answer.content_disposition else None
            self.attachments.append(
                ("twilio_sms", answer.content_type, name or "", await answer.read())
            )

    async def _account(self, request: web.Request) -> web.Response:
        return web.json_response({"sid": request.match_info["account"], "status": "active"})

    async def _kept(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        self.asked_for[path] += 1
        if self.refuse_file.get(path):
            return self.refuse_file[path].pop(0)
        if path not in self.files:
            return web.Response(status=404)
        return web.Response(body=self.files[path], content_type="application/octet-stream")

    def _telegram_hook(self, method: str, given: dict[str, Any]) -> web.Response:
        """setWebhook and deleteWebhook."""
        if self.refuse_hook is not None and method == "setWebhook":
            return self.refuse_hook
        self.hook = str(given.get("url", ""))
        return web.json_response({"ok": True, "result": True, "description": "Webhook was set"})

    async def _telegram(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        given: dict[str, Any] = dict(await request.post())
        if request.content_type == "application/json":
            given = json.loads(await request.read() or b"{}")
        if method in {"setWebhook", "deleteWebhook"}:
            return self._telegram_hook(method, given)
        if method == "getFile":
            found = {"file_id": given["file_id"], "file_path": str(given["file_id"])}
            return web.json_response({"ok": True, "result": found})
        if method == "getUpdates":
            return web.json_response({"ok": True, "result": self._updates(given)})
        if method in ACTS or not method.startswith("send"):
            return self._telegram_other(method, given)
        if self.refuse_with:
            return self.refuse_with.pop(0)
        for upload in given.values():
            if isinstance(upload, web.FileField):
                kept = (upload.content_type, upload.filename, upload.file.read())
                self.attachments.append(("telegram", *kept))
        text = str(given.get("text") or given.get("caption") or "")
        self.sent.append(("telegram", str(given["chat_id"]), text))
        chat = {"id": int(given["chat_id"]), "type": "private"}
        result = {"message_id": next(self._ids), "date": 1_700_000_000, "chat": chat, "text": text}
        return web.json_response({"ok": True, "result": result})

    def _telegram_other(self, method: str, given: dict[str, Any]) -> web.Response:
        """What sends nothing: acts, and questions about the bot."""
        if method not in ACTS:
            return web.json_response({"ok": True, "result": self._telegram_fact(method)})
        if self.refuse_with and method != "sendChatAction":
            return self.refuse_with.pop(0)
        self.acted.append((method, given))
        return web.json_response({"ok": True, "result": True})

    def _updates(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        offset = int(given.get("offset") or 0)
        return [update for update in self.polled_updates if update["update_id"] >= offset]

    def _telegram_fact(self, method: str) -> Any:
        bot = {"id": 7, "is_bot": True, "first_name": "Halden", "username": "halden_bot"}
        return {"getMe": bot, "getWebhookInfo": {"url": self.hook, "pending_update_count": 0}}.get(
            method, True
        )

    async def _callback(self, request: web.Request) -> web.Response:
        body = json.loads(await request.read())
        if self.refuse_with:
            return self.refuse_with.pop(0)
        id = request.headers[WEBHOOK_ID]
        self.callback_ids[id] += 1
        if self.callback_ids[id] == 1:  # an unknown outcome is repeated: its reader drops that
            self.sent.append(("api", id, json.dumps(body)))
        return web.json_response({})

    async def __aenter__(self) -> "Provider":
        app = web.Application()
        app.router.add_post("/2010-04-01/Accounts/{account}/Messages.json", self._twilio)
        app.router.add_get("/2010-04-01/Accounts/{account}.json", self._account)
        app.router.add_route("*", "/bot{token}/{method}", self._telegram)
        app.router.add_get("/file/bot{token}/{path:.+}", self._kept)
        app.router.add_get("/kept/{path:.+}", self._kept)
        app.router.add_post("/callback", self._callback)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.base_url = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._runner:
            await self._runner.cleanup()
