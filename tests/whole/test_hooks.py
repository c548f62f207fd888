"""Providers are told where our webhook is when an inbox is saved; their refusal is its health."""

import pytest
from aiohttp import web

from tests.peers.provider import Provider
from tests.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _bot(site: Site, provider: Provider, name: str, **settings: str) -> dict:
    wanted = {"token": "8:stand-in", "secret_token": "s", "base_url": provider.base_url, **settings}
    body = {"channel": "telegram", "name": name, "address": name, "settings": wanted}
    return await site.client.call("POST", "/inboxes", body)


async def test_saving_a_bot_sets_its_webhook_and_checks_it(site: Site, provider: Provider) -> None:
    inbox = await _bot(site, provider, "hooked_bot")
    assert provider.hook == f"{site.url}/hooks/telegram/{inbox['id']}"
    assert inbox["health"] == "ok", inbox["health_detail"]


async def test_changing_to_polling_takes_the_webhook_away(site: Site, provider: Provider) -> None:
    inbox = await _bot(site, provider, "polled_bot")
    assert provider.hook
    changed = await site.client.call(
        "PATCH", f"/inboxes/{inbox['id']}", {"settings": {"mode": "poll"}}
    )
    assert provider.hook == ""
    assert changed["health"] == "ok"
    await site.client.call("PATCH", f"/inboxes/{inbox['id']}", {"active": False})


async def test_a_refusal_is_health_and_a_check_heals_it(site: Site, provider: Provider) -> None:
    words = "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"
    refusal = {"ok": False, "error_code": 400, "description": words}
    provider.refuse_hook = web.json_response(refusal, status=400)
    inbox = await _bot(site, provider, "refused_bot")
    provider.refuse_hook = None
    assert inbox["health"] == "degraded"
    assert words in inbox["health_detail"]
    health = await site.client.call("POST", f"/inboxes/{inbox['id']}/check")
    assert health["ok"] is True
    assert provider.hook.endswith(inbox["id"])


async def test_an_unreachable_provider_fails_nothing(site: Site, provider: Provider) -> None:
    inbox = await _bot(site, provider, "lonely_bot", base_url="http://127.0.0.1:9")
    assert inbox["health"] == "unknown"
    assert "cannot be reached" in inbox["health_detail"]


async def test_switching_on_registers_anew(site: Site, provider: Provider) -> None:
    inbox = await _bot(site, provider, "sleeping_bot")
    provider.hook = ""
    path = f"/inboxes/{inbox['id']}"
    await site.client.call("PATCH", path, {"active": False})
    assert provider.hook == ""
    await site.client.call("PATCH", path, {"active": True})
    assert provider.hook.endswith(inbox["id"])
