"""Customers' HTML never leads an agent's browser into our own API."""

import pytest

from tests.site import Site
from tests.whole.far_side import Inboxes, api, eventually, mail

pytestmark = pytest.mark.asyncio(loop_scope="session")
MAIL = """\
From: Trap <trap@far.example>
To: support@halden.example
Subject: Trap by mail
Message-ID: <trap-1@far.example>
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<p>Look <a href="{url}/api/v1/session">here</a> and <a href="https://far.example/x">there</a></p>
<img src="{url}/api/v1/tickets">
"""


async def test_links_into_our_api_are_taken_out(site: Site, inboxes: Inboxes) -> None:
    await mail(inboxes["email"], MAIL.format(url=site.url), "trap@far.example")
    body = MAIL.format(url=site.url).partition("\n\n")[2]
    await api(
        inboxes["api"], {"id": "trap-2", "sender": "t", "subject": "Trap by API", "html": body}
    )
    for subject in ("Trap by mail", "Trap by API"):
        about = {"subject": subject}
        message = await eventually(lambda about=about: site.db["messages"].find_one(about))
        assert "https://far.example/x" in message["html"]
        assert "/api/" not in message["html"]
