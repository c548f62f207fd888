"""WhatsApp's closed window: what may be said are the templates that Meta has approved."""

import json
import secrets
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Locator, expect

from tests.e2e.conftest import Sit
from tests.e2e.customers import Line
from tests.e2e.desk import Desk
from tests.e2e.stage import Stage, until

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


BODY = {"type": "BODY", "text": "Hello {{1}}, news about {{2}}."}
APPROVED = {
    "name": "order_update",
    "language": "en",
    "status": "APPROVED",
    "category": "UTILITY",
    "components": [BODY],
}


class _Meta:
    """Answers for Meta: one approved template, and whatever is sent."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    async def answer(self, request: web.Request) -> web.Response:
        """Lists templates, takes messages."""
        if request.method == "POST":
            self.sent.append(json.loads(await request.read()))
            return web.json_response({"messages": [{"id": f"wamid.out{len(self.sent)}"}]})
        return web.json_response({"data": [APPROVED]})


async def _whatsapp(stage: Stage, base_url: str) -> Line:
    settings = {
        "phone_number_id": "1055",
        "access_token": "token",
        "app_secret": "app-secret",
        "verify_token": "halden",
        "business_account_id": "42",
        "base_url": base_url,
    }
    name = f"WhatsApp {secrets.token_hex(2)}"
    body = {"channel": "whatsapp", "name": name, "address": "+4712345678", "settings": settings}
    made = await stage.site.client.call("POST", "/inboxes", body)
    await stage.site.client.call("PATCH", f"/inboxes/{made['id']}", {"undo_s": 0})
    hook = f"{stage.site.url}/hooks/whatsapp/{made['id']}"
    return Line(id=made["id"], name=name, address="", hook_url=hook, secret="app-secret")


async def _filled(desk: Desk, form: Locator, values: tuple[str, str]) -> None:
    await form.get_by_role("button", name="Choose a template").click()
    await desk.page.get_by_role("menuitem", name="order update").click()
    for gap, value in enumerate(values, start=1):
        await form.get_by_label(f"Gap {gap}").fill(value)
    await expect(form).to_contain_text(f"Hello {values[0]}, news about {values[1]}.")


async def test_a_closed_window_takes_a_template_whose_gaps_are_filled(
    stage: Stage, sit: Sit
) -> None:
    """The last word is two days old: nothing but the provider's templates may be sent."""
    meta, app = _Meta(), web.Application()
    app.router.add_route("*", "/{path:.*}", meta.answer)
    async with TestServer(app) as server:
        line = await _whatsapp(stage, str(server.make_url("")).rstrip("/"))
        await stage.customers.whatsapp(line, "Ines Duarte", "Where is my tent?", hours_ago=48)
        desk = await sit()
        await desk.look_at(line, (await stage.ticket(line))["id"])
        await expect(desk.composer).to_be_visible()
        await expect(desk.pen).to_have_count(0)
        send = desk.composer.get_by_role("button", name="Send template")
        await expect(send).to_have_attribute("aria-disabled", "true")
        await _filled(desk, desk.composer, ("Ines", "your tent"))
        await send.click()
        await expect(desk.thread).to_contain_text("Hello Ines, news about your tent.")
        await until(lambda: bool(meta.sent), "the template is sent")
        template = meta.sent[0]["template"]
        assert template["name"] == "order_update"
        params = template["components"][0]["parameters"]
        assert [one["text"] for one in params] == ["Ines", "your tent"]


async def test_whatsapp_is_begun_with_a_template(stage: Stage, sit: Sit) -> None:
    """Who never wrote is written to with a template, from the dialog that begins a conversation."""
    meta, app = _Meta(), web.Application()
    app.router.add_route("*", "/{path:.*}", meta.answer)
    async with TestServer(app) as server:
        line = await _whatsapp(stage, str(server.make_url("")).rstrip("/"))
        desk = await sit()
        await desk.look_at(line)
        await expect(desk.page.get_by_role("button", name="New conversation")).to_be_visible()
        await desk.page.keyboard.press("c")
        dialog = desk.page.get_by_role("dialog", name="New conversation")
        await dialog.get_by_label("From").select_option(f"{line.name} · +4712345678")
        await dialog.get_by_role("combobox", name="To", exact=True).fill("+351910000002")
        await expect(dialog.get_by_label("Message")).to_have_count(0)
        await _filled(desk, dialog, ("Rui", "your order"))
        await dialog.get_by_role("button", name="Send").click()
        await expect(desk.thread).to_contain_text("Hello Rui, news about your order.")
        await until(lambda: bool(meta.sent), "the template is sent")
        assert meta.sent[0]["to"] == "351910000002"
        assert meta.sent[0]["type"] == "template"
