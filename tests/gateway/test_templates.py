"""Templates of a provider, asked of a stand-in for Meta."""

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.gateway.house import House, Person

PAGE = {
    "data": [
        {
            "name": "order_update",
            "language": "en",
            "status": "APPROVED",
            "category": "UTILITY",
            "components": [{"type": "BODY", "text": "Hello {{1}}, news about {{2}}."}],
        },
        {"name": "not_yet", "language": "en", "status": "PENDING", "components": []},
    ]
}


class Meta:
    """Answers the list of templates, or fails."""

    def __init__(self) -> None:
        self.asked = 0
        self.status = 200

    async def answer(self, request: web.Request) -> web.Response:
        self.asked += request.path.endswith("/message_templates")
        return web.json_response(PAGE, status=self.status)


async def whatsapp(house: House, base_url: str) -> str:
    settings = {
        "phone_number_id": "1",
        "access_token": "a",
        "app_secret": "s",
        "verify_token": "v",
        "business_account_id": "42",
        "base_url": base_url,
    }
    return await house.inbox("whatsapp", "WhatsApp", settings)


async def test_templates_are_asked_of_the_provider_once_a_minute(
    house: House, admin: Person
) -> None:
    meta, app = Meta(), web.Application()
    app.router.add_route("*", "/{path:.*}", meta.answer)
    async with TestServer(app) as server:
        inbox = await whatsapp(house, str(server.make_url("")))
        meta.status = 500
        status, problem = await admin.call("GET", f"/inboxes/{inbox}/templates")
        assert (status, problem["type"].rpartition("/")[2]) == (503, "provider")
        meta.status, meta.asked = 200, 0
        found = await admin.get(f"/inboxes/{inbox}/templates")
        assert found == await admin.get(f"/inboxes/{inbox}/templates")
        assert meta.asked == 1
    assert found["items"] == [
        {
            "name": "order_update",
            "language": "en",
            "category": "utility",
            "body": "Hello {{1}}, news about {{2}}.",
            "params": 2,
        }
    ]


async def test_templates_of_an_inbox_that_one_does_not_see_are_not_there(house: House) -> None:
    mine, theirs = await house.telegram("Mine"), await house.telegram("Theirs")
    agent = await house.person("jun@halden.example", inboxes=[mine])
    assert (await agent.get(f"/inboxes/{mine}/templates"))["items"] == []
    status, _ = await agent.call("GET", f"/inboxes/{theirs}/templates")
    assert status == 404
