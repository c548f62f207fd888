"""What customers send while things die: each request is repeated until it is acknowledged."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp
import aiosmtplib
from twilio.request_validator import RequestValidator

PATIENCE_S = 90.0  # how long a provider goes on trying


@dataclass(frozen=True, kw_only=True)
class Utterance:
    """One message of one customer: ``thread`` names the ticket it must end in."""

    channel: str
    thread: str
    native_id: str
    text: str
    deliver: Callable[[], Awaitable[None]]


class Refused(Exception):
    """Not acknowledged in all that time."""


async def until_acknowledged(attempt: Callable[[], Awaitable[bool]], what: str) -> None:
    """Try as providers do: again and again, a little later each time, until it is taken."""
    deadline, pause = time.monotonic() + PATIENCE_S, 0.1
    while time.monotonic() < deadline:
        try:
            if await attempt():
                return
        except (aiohttp.ClientError, aiosmtplib.SMTPException, OSError, TimeoutError):
            pass  # the far side died in our hands: that is what this is about
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 2.0)
    raise Refused(what)


class Customers:
    """Writes on four channels. Headers are signed as each provider signs them."""

    def __init__(self, http: aiohttp.ClientSession, inboxes: dict[str, dict[str, str]]) -> None:
        self._http = http
        self._inboxes = inboxes

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> bool:
        timeout = aiohttp.ClientTimeout(total=15)
        async with self._http.post(url, data=body, headers=headers, timeout=timeout) as answer:
            await answer.read()
            if answer.status >= 500:
                return False
            assert answer.status < 300, f"{url} refused a genuine request: {answer.status}"
            return True

    def mail(self, customer: int, index: int) -> Utterance:
        """A mail over real SMTP; later ones refer to the first of the thread."""
        inbox = self._inboxes["email"]
        message_id = f"m{customer}.{index}@posta.example"
        first = f"m{customer}.0@posta.example"
        refers = f"In-Reply-To: <{first}>\r\nReferences: <{first}>\r\n" if index else ""
        text = f"Mail {index} of customer {customer} about valve {customer * 100 + index}."
        sender = f"customer{customer}@posta.example"
        raw = (
            f"From: Customer {customer} <{sender}>\r\nTo: <{inbox['address']}>\r\n"
            f"Subject: {'Re: ' if index else ''}Valve {customer}\r\n"
            f"Message-ID: <{message_id}>\r\n{refers}"
            "Date: Fri, 20 Nov 2026 09:38:00 +0000\r\n"
            f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        ).encode()

        async def attempt() -> bool:
            await aiosmtplib.send(
                raw,
                sender=sender,
                recipients=[inbox["address"]],
                hostname="127.0.0.1",
                port=int(inbox["smtp_port"]),
                start_tls=False,
                timeout=15,
            )
            return True

        return Utterance(
            channel="email",
            thread=f"email/{customer}",
            native_id=message_id,
            text=text,
            deliver=lambda: until_acknowledged(attempt, message_id),
        )

    def api(self, customer: int, index: int) -> Utterance:
        """The generic channel, signed by Standard Webhooks."""
        inbox = self._inboxes["api"]
        native_id = f"api-{customer}-{index}"
        text = f"Api {index} of customer {customer} about zip {customer * 100 + index}."
        sender = {"id": f"c{customer}", "name": f"Customer {customer}"}
        body = json.dumps(
            {"id": native_id, "thread": f"t{customer}", "sender": sender, "text": text}
        ).encode()

        async def attempt() -> bool:
            stamp = str(int(time.time()))
            signed = f"{native_id}.{stamp}.".encode() + body
            key = base64.b64decode(inbox["secret"].removeprefix("whsec_"))
            mac = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
            headers = {
                "webhook-id": native_id,
                "webhook-timestamp": stamp,
                "webhook-signature": f"v1,{mac}",
                "content-type": "application/json",
            }
            return await self._post(inbox["hook_url"], body, headers)

        return Utterance(
            channel="api",
            thread=f"api/{customer}",
            native_id=native_id,
            text=text,
            deliver=lambda: until_acknowledged(attempt, native_id),
        )

    def telegram(self, customer: int, index: int) -> Utterance:
        """An update of the Bot API with its secret token."""
        inbox = self._inboxes["telegram"]
        chat = 500_000 + customer
        text = f"Telegram {index} of customer {customer} about pole {customer * 100 + index}."
        person = {"id": chat, "is_bot": False, "first_name": f"Customer{customer}"}
        body = json.dumps(
            {
                "update_id": customer * 1000 + index,
                "message": {
                    "message_id": index + 1,
                    "date": 1_795_000_000 + index,
                    "chat": {"id": chat, "type": "private", "first_name": f"Customer{customer}"},
                    "from": person,
                    "text": text,
                },
            }
        ).encode()
        headers = {
            "x-telegram-bot-api-secret-token": inbox["secret"],
            "content-type": "application/json",
        }
        return Utterance(
            channel="telegram",
            thread=f"telegram/{customer}",
            native_id=f"{chat}/{index + 1}",
            text=text,
            deliver=lambda: until_acknowledged(
                lambda: self._post(inbox["hook_url"], body, headers), text
            ),
        )

    def sms(self, customer: int, index: int) -> Utterance:
        """A Twilio webhook, signed by Twilio's own library over the external URL."""
        inbox = self._inboxes["twilio_sms"]
        sid = "SM" + hashlib.md5(f"{customer}/{index}".encode()).hexdigest()  # noqa: S324
        text = f"Sms {index} of customer {customer} about tent {customer * 100 + index}."
        form = {
            "MessageSid": sid,
            "AccountSid": inbox["account_sid"],
            "From": f"+1415555{customer:04d}",
            "To": inbox["address"],
            "Body": text,
            "NumMedia": "0",
        }
        signature = RequestValidator(inbox["secret"]).compute_signature(inbox["hook_url"], form)
        body = aiohttp.FormData(form)()._value
        headers = {
            "x-twilio-signature": signature,
            "content-type": "application/x-www-form-urlencoded",
        }
        return Utterance(
            channel="twilio_sms",
            thread=f"twilio_sms/{customer}",
            native_id=sid,
            text=text,
            deliver=lambda: until_acknowledged(
                lambda: self._post(inbox["hook_url"], body, headers), text
            ),
        )
