"""Notifications from a stand-in of a Mastodon server: none is lost, answers find their thread."""

from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.channels.mastodon.connector import Settings, connect
from connectors.contract import Account, InboxId
from connectors.errors import CredentialsRefused, FetchFailed
from connectors.kit.egress import EgressClient

INES = {"id": "7", "acct": "ines", "display_name": "Ines Duarte"}


def mention(number, answers=None):
    status = {"id": f"s{number}", "in_reply_to_id": answers, "content": "Hi", "account": INES}
    return {"id": str(number), "type": "mention", "account": INES, "status": status}


class Mastodon:
    """Pages of two, newest first; ``min_id`` gives those right after it."""

    def __init__(self):
        self.notifications, self.status = [mention(9)], 200

    def app(self):
        app = web.Application()
        app.router.add_get("/api/v1/notifications", self.page)
        app.router.add_get("/api/v1/statuses/{id}/context", self.context)
        return app

    async def page(self, request):
        if self.status != 200:
            return web.json_response({"error": "no"}, status=self.status)
        after = int(request.query.get("min_id", "-1"))
        later = [one for one in self.notifications if int(one["id"]) > after]
        page = later[:2] if after >= 0 else later[-int(request.query["limit"]) :]
        return web.json_response(page[::-1])

    async def context(self, request):
        return web.json_response({"ancestors": [{"id": "root"}, {"id": "between"}]})


@pytest.fixture
async def served():
    stand_in = Mastodon()
    async with TestServer(stand_in.app(), host="127.0.0.1") as server:
        account = Account(
            inbox_id=InboxId("i"),
            channel="mastodon",
            name="",
            address="@halden",
            hook_url="",
            settings=Settings(base_url=str(server.make_url("/")), access_token="t"),
        )
        async with EgressClient(["127.0.0.1"]) as http:
            yield stand_in, connect(account, http)


async def pulled(account, cursor):
    events = []
    async for item in account.pull(cursor):
        cursor = item.cursor
        events += account.parse_item(item.body, item.headers, datetime.now(UTC)).events
    return events, cursor


async def test_every_page_after_the_first_place_is_told_in_order(served):
    server, account = served
    events, cursor = await pulled(account, "")
    assert (events, cursor) == ([], "9")
    server.notifications += [mention(n) for n in range(10, 15)]
    events, cursor = await pulled(account, cursor)
    assert [event.native_id for event in events] == ["s10", "s11", "s12", "s13", "s14"]
    assert cursor == "14"
    assert await pulled(account, cursor) == ([], "14")


async def test_an_account_that_nobody_mentioned_hears_the_first(served):
    server, account = served
    server.notifications = []
    _, cursor = await pulled(account, "")
    server.notifications = [mention(1)]
    events, _ = await pulled(account, cursor)
    assert [event.native_id for event in events] == ["s1"]


async def test_answers_stand_under_their_first_post(served):
    server, account = served
    server.notifications.append(mention(10, answers="between"))
    [event], _ = await pulled(account, "9")
    assert (event.thread_key, event.reply_to) == ("public:root:ines", "between")


async def test_refusals_are_told_apart(served):
    server, account = served
    server.status = 401
    with pytest.raises(CredentialsRefused):
        await pulled(account, "9")
    server.status = 503
    with pytest.raises(FetchFailed):
        await pulled(account, "9")
