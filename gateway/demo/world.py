"""The providers of the demo: a mail server and two HTTP interfaces that take everything."""

import asyncio
import itertools
import logging
import time
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

log = logging.getLogger(__name__)

HERE = "127.0.0.1"
RECEIPT_AFTER_S = 1.5
Report = Callable[[str, str], Awaitable[None]]


class World:
    """``report`` is told (provider id, state) of each SMS, as Twilio would call back."""

    def __init__(self, report: Report, telegram_hook: str) -> None:
        self._report = report
        self._telegram_hook = telegram_hook
        self._numbers = itertools.count(int(time.time()))
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._runner: web.AppRunner | None = None
        self.smtp_port = 0
        self.http_port = 0

    async def start(self) -> None:
        """Listen on free loopback ports."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, loop=loop, enable_SMTPUTF8=True), HERE, 0
        )
        self.smtp_port = self._server.sockets[0].getsockname()[1]
        app = web.Application()
        app.add_routes(
            [
                web.post("/2010-04-01/Accounts/{account}/Messages.json", self._twilio),
                web.get("/2010-04-01/Accounts/{account}.json", self._account),
                web.route("*", "/bot{token}/{method}", self._telegram),
                web.post("/shop", self._shop),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HERE, 0)
        await site.start()
        self.http_port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close everything."""
        for task in self._tasks:
            task.cancel()
        if self._server is not None:
            self._server.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """aiosmtpd's hook."""
        return "250 2.0.0 Kept by the demo"

    async def _twilio(self, request: web.Request) -> web.Response:
        """https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource"""
        fields = await request.post()
        sid = f"SM{next(self._numbers):032x}"
        task = asyncio.create_task(self._delivered(sid))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        answer = {
            "sid": sid,
            "status": "queued",
            "to": str(fields.get("To", "")),
            "from": str(fields.get("From", "")),
            "body": str(fields.get("Body", "")),
            "account_sid": request.match_info["account"],
        }
        return web.json_response(answer, status=201)

    async def _delivered(self, sid: str) -> None:
        await asyncio.sleep(RECEIPT_AFTER_S)
        await self._report(sid, "delivered")

    async def _account(self, request: web.Request) -> web.Response:
        return web.json_response({"sid": request.match_info["account"], "status": "active"})

    async def _telegram(self, request: web.Request) -> web.Response:
        """https://core.telegram.org/bots/api#making-requests"""
        me = {"id": 90, "is_bot": True, "first_name": "Halden", "username": "HaldenGearBot"}
        if request.match_info["method"] == "getMe":
            return web.json_response({"ok": True, "result": me})
        if request.match_info["method"] == "getWebhookInfo":
            info = {"url": self._telegram_hook, "pending_update_count": 0}
            return web.json_response({"ok": True, "result": info})
        message = {
            "message_id": next(self._numbers),
            "date": int(time.time()),
            "from": me,
            "chat": {"id": 48213, "type": "private"},
            "text": "",
        }
        return web.json_response({"ok": True, "result": message})

    async def _shop(self, request: web.Request) -> web.Response:
        return web.json_response({"id": f"shop-{next(self._numbers)}"})
