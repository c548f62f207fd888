"""An acknowledgement goes out by itself, once, to people only, and can be left with one click."""

import re

import aiohttp
import pytest

from tests.peers.smtp_sink import SmtpSink
from tests.site import Site
from tests.whole.far_side import Inboxes, eventually, mail

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_new_ticket_is_acknowledged_and_a_robot_s_is_not(
    site: Site, sink: SmtpSink, inboxes: Inboxes
) -> None:
    path = f"/inboxes/{inboxes['email']['id']}"
    texts = {"en": "We got your mail, it is ticket {{ticket.number}}."}
    await site.client.call("PATCH", path, {"acknowledgements": texts})
    try:
        await mail(inboxes["email"], _raw("robot", "Precedence: bulk\n"), "robot@posta.example")
        await mail(inboxes["email"], _raw("ida"), "ida@posta.example")

        async def acknowledged() -> object:
            found = [one for one in sink.mails if "ida@" in str(one["To"])]
            return found[0] if found else None

        found = await eventually(acknowledged)
    finally:
        await site.client.call("PATCH", path, {"acknowledgements": {}})
    assert found["Auto-Submitted"] == "auto-replied"  # type: ignore[index]
    assert not [one for one in sink.mails if "robot@" in str(one["To"])]
    ticket = await site.db["tickets"].find_one({"subject": "Mail of ida"})
    assert ticket["waiting_since"] is not None  # nobody has answered yet
    link = re.fullmatch(r"<(.+)>", str(found["List-Unsubscribe"]))  # type: ignore[index]
    assert link is not None
    async with aiohttp.ClientSession() as http:
        async with http.get(link[1]) as page:
            assert page.status == 200
            assert "ida@posta.example" in await page.text()
        listed = await site.client.call("GET", "/suppressions")
        assert "ida@posta.example" not in [one["address"] for one in listed["items"]]
        async with http.post(link[1], data={"List-Unsubscribe": "One-Click"}) as page:
            assert page.status == 200
        async with http.get(link[1][:-2] + "AA") as page:
            assert page.status == 404
    listed = await site.client.call("GET", "/suppressions")
    [one] = [one for one in listed["items"] if one["address"] == "ida@posta.example"]
    assert one["kind"] == "unsubscribed"


def _raw(name: str, more: str = "") -> str:
    return (
        f"From: {name.title()} <{name}@posta.example>\nTo: support@halden.example\n"
        f"Subject: Mail of {name}\nMessage-ID: <first-{name}@posta.example>\n{more}\nHello there.\n"
    )
