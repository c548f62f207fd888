"""Customers, as their providers bring their words: mail by SMTP, signed webhooks by HTTP."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from itertools import count

import aiohttp
import aiosmtplib
from standardwebhooks.webhooks import Webhook
from twilio.request_validator import RequestValidator

_serial = count(1)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One inbox as the outside knows it; ``secret`` is what its provider signs with."""

    id: str
    name: str
    address: str
    hook_url: str
    secret: str


class Customers:
    """Each call returns once Parley has acknowledged."""

    def __init__(self, http: aiohttp.ClientSession, smtp_port: int) -> None:
        self._http = http
        self._smtp_port = smtp_port

    async def mail(
        self, line: Line, sender: tuple[str, str], subject: str, text: str, *, to: str = ""
    ) -> str:
        """``sender`` is (name, address); ``to`` an address other than the inbox's. The id."""
        message = EmailMessage()
        message["From"], message["To"] = formataddr(sender), to or line.address
        message["Subject"] = subject
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = f"<e2e.{next(_serial)}@posta.example>"
        message.set_content(text)
        await self.post(message, sender[1], to or line.address)
        return str(message["Message-ID"])

    async def post(self, message: EmailMessage, sender: str, recipient: str) -> None:
        """A mail as it is, whatever its own head says; addresses are those of the envelope."""
        await aiosmtplib.send(
            message,
            sender=sender,
            recipients=[recipient],
            hostname="127.0.0.1",
            port=self._smtp_port,
            start_tls=False,
        )

    async def api(self, line: Line, sender: Mapping[str, str], text: str) -> str:
        """One signed Standard Webhook; the message's id."""
        id = f"e2e-{next(_serial)}"
        await self._signed(line, id, {"id": id, "sender": dict(sender), "text": text})
        return id

    async def api_change(self, line: Line, id: str, kind: str, text: str = "") -> None:
        """An "edit" or a "delete" of what was said."""
        await self._signed(line, f"e2e-{next(_serial)}", {"type": kind, "id": id, "text": text})

    async def _signed(self, line: Line, id: str, item: Mapping[str, object]) -> None:
        now, body = datetime.now(UTC), json.dumps(item)
        await self._post(
            line.hook_url,
            body.encode(),
            {
                "webhook-id": id,
                "webhook-timestamp": str(int(now.timestamp())),
                "webhook-signature": Webhook(line.secret).sign(id, now, body),
                "content-type": "application/json",
            },
        )

    async def sms(self, line: Line, number: str, text: str) -> None:
        """A Twilio webhook, signed by Twilio's own library."""
        form = {
            "MessageSid": f"SM{next(_serial):032x}",
            "AccountSid": "AC1",
            "From": number,
            "To": line.address,
            "Body": text,
            "NumMedia": "0",
        }
        signature = RequestValidator(line.secret).compute_signature(line.hook_url, form)
        await self._post(line.hook_url, form, {"x-twilio-signature": signature})

    async def whatsapp(self, line: Line, name: str, text: str, *, hours_ago: int = 0) -> None:
        """A notification of the Cloud API, signed with the app's secret."""
        message = {
            "from": "351910000001",
            "id": f"wamid.e2e{next(_serial)}",
            "timestamp": str(int(time.time()) - hours_ago * 3600),
            "type": "text",
            "text": {"body": text},
        }
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "4712345678", "phone_number_id": "1055"},
            "contacts": [{"profile": {"name": name}, "wa_id": message["from"]}],
            "messages": [message],
        }
        entry = {"id": "77", "changes": [{"field": "messages", "value": value}]}
        raw = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
        signed = hmac.new(line.secret.encode(), raw, hashlib.sha256).hexdigest()
        headers = {"x-hub-signature-256": f"sha256={signed}", "content-type": "application/json"}
        await self._post(line.hook_url, raw, headers)

    async def _post(self, url: str, body: bytes | dict[str, str], headers: dict[str, str]) -> None:
        async with self._http.post(url, data=body, headers=headers) as answer:
            assert answer.status < 300, f"{url}: {answer.status} {await answer.text()}"
