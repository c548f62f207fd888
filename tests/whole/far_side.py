"""What customers' providers do to a site: signed webhooks and mails, and waiting for the effect."""

import asyncio
import itertools
import json
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import aiohttp
import aiosmtplib
from twilio.request_validator import RequestValidator

from tests.site import Site

T = TypeVar("T")
Inboxes = dict[str, dict[str, str]]
_numbers = itertools.count(1)


async def eventually(look: Callable[[], Awaitable[T | None]], seconds: float = 20.0) -> T:
    """What ``look`` finds once it finds something."""
    async with asyncio.timeout(seconds):
        while (found := await look()) is None:  # noqa: ASYNC110  another process's doing
            await asyncio.sleep(0.1)
        return found


async def telegram(inbox: dict[str, str], chat_id: int, **message: Any) -> int:
    """An update with one message; its status."""
    number = next(_numbers)
    told = {
        "message_id": number,
        "date": 1_795_000_000 + number,
        "chat": {"id": chat_id, "type": "private", "first_name": "Aiko"},
        "from": {"id": abs(chat_id), "is_bot": False, "first_name": "Aiko", "last_name": "Tanaka"},
        **message,
    }
    headers = {"x-telegram-bot-api-secret-token": inbox["secret"]}
    body = {"update_id": number, "message": told}
    async with aiohttp.ClientSession() as http:
        answer = await http.post(inbox["hook_url"], json=body, headers=headers)
        return answer.status


async def sms(inbox: dict[str, str], sender: str, text: str, *media: tuple[str, str]) -> int:
    """A Twilio webhook; ``media`` are (url, type)."""
    form = {
        "MessageSid": f"SM{secrets.token_hex(16)}",
        "AccountSid": inbox["account_sid"],
        "From": sender,
        "To": inbox["address"],
        "Body": text,
        "NumMedia": str(len(media)),
    }
    for number, (url, kind) in enumerate(media):
        form |= {f"MediaUrl{number}": url, f"MediaContentType{number}": kind}
    signature = RequestValidator(inbox["secret"]).compute_signature(inbox["hook_url"], form)
    async with aiohttp.ClientSession() as http:
        headers = {"x-twilio-signature": signature}
        answer = await http.post(inbox["hook_url"], data=form, headers=headers)
        return answer.status


async def api(inbox: dict[str, str], item: dict[str, Any]) -> int:
    """The generic channel, with its token."""
    headers = {"authorization": f"Bearer {inbox['token']}", "content-type": "application/json"}
    async with aiohttp.ClientSession() as http:
        answer = await http.post(inbox["hook_url"], data=json.dumps(item), headers=headers)
        return answer.status


async def mail(inbox: dict[str, str], raw: str, sender: str, recipient: str = "") -> None:
    """Over real SMTP; raises as aiosmtplib does."""
    port = int(inbox["smtp_port"])
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as smtp:
        content = raw.replace("\n", "\r\n").encode()
        await smtp.sendmail(sender, [recipient or inbox["address"]], content)


async def stored(site: Site, text: str) -> dict[str, Any]:
    """The message with this text, once it is there."""
    return await eventually(lambda: site.db["messages"].find_one({"text": text}))


async def settled_file(site: Site, text: str, seconds: float = 20.0) -> dict[str, Any]:
    """The first file of the message with this text, once it is no longer pending."""

    async def look() -> dict[str, Any] | None:
        message = await site.db["messages"].find_one({"text": text})
        file = message["files"][0] if message else {"state": "pending"}
        return None if file.get("state") == "pending" else file

    return await eventually(look, seconds)


async def upload(site: Site, name: str, media_type: str, content: bytes) -> str:
    """An agent's upload; its id."""
    client = site.client
    headers = {
        "X-CSRF-Token": client._csrf,
        "Content-Type": media_type,
        "Idempotency-Key": secrets.token_hex(8),
    }
    url = f"{client.base_url}/api/v1/uploads"
    async with client.http.post(
        url, data=content, headers=headers, params={"name": name}
    ) as answer:
        assert answer.status < 300, await answer.text()
        made: str = (await answer.json())["id"]
        return made


async def reply(site: Site, message: dict[str, Any], text: str, *upload_ids: str) -> dict[str, Any]:
    """An agent's reply in the conversation of a stored message."""
    body = {
        "conversation_id": message["conversation_id"],
        "text": text,
        "upload_ids": list(upload_ids),
        "send_anyway": True,
    }
    made: dict[str, Any] = await site.client.call(
        "POST", f"/tickets/{message['ticket_id']}/replies", body
    )
    return made


async def delivered(site: Site, message_id: str, *states: str) -> dict[str, Any]:
    """The delivery of a message once it is in one of these states."""

    async def look() -> dict[str, Any] | None:
        message = await site.db["messages"].find_one({"_id": message_id})
        delivery: dict[str, Any] = message["delivery"] if message else {}
        return delivery if delivery.get("state") in states else None

    return await eventually(look)
