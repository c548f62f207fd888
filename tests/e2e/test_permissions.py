"""An agent who may see one inbox sees nothing of another."""

import pytest
from playwright.async_api import expect

from tests.e2e.conftest import Sit
from tests.e2e.stage import AGENTS, Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def test_another_inbox_does_not_exist_for_a_limited_agent(stage: Stage, sit: Sit) -> None:
    """Neither in the rail, lists, search, live updates, nor by an address typed by hand."""
    hers, others = await stage.inbox("api"), await stage.inbox("api")
    agents = (await stage.site.client.call("GET", "/agents"))["items"]
    (lena,) = [one["id"] for one in agents if one["email"] == AGENTS["Lena Brandt"]]
    await stage.site.client.call("PATCH", f"/agents/{lena}", {"inbox_ids": [hers.id]})
    await stage.customers.api(hers, {"id": "l1", "name": "Anna Vik"}, "Crampons for boots?")
    await stage.customers.api(others, {"id": "l2", "name": "Per Moen"}, "Crampons are secret")
    secret = await stage.ticket(others)
    await stage.ticket(hers)

    desk = await sit("Lena Brandt")
    await desk.go("/view/open")
    await expect(desk.row("Anna Vik")).to_have_count(1)
    await expect(desk.list.get_by_role("row")).to_have_count(1)
    rail = desk.page.get_by_role("navigation", name="Views")
    await expect(rail).to_contain_text(hers.name)
    await expect(rail.get_by_text(others.name, exact=True)).to_have_count(0)

    await stage.indexed()
    await desk.go("/search/all?q=crampons")
    await expect(desk.row("Anna Vik")).to_have_count(1)
    await expect(desk.list.get_by_role("row")).to_have_count(1)
    await desk.go(f"/search/all?q=%23{secret['number']}")
    await expect(desk.page.get_by_text("No ticket matches")).to_be_visible()
    await desk.go(f"/view/open/{secret['id']}")
    await expect(desk.page.get_by_text("The ticket did not load")).to_be_visible()
    await expect(desk.page.get_by_text("secret")).to_have_count(0)
    await desk.go(f"/inbox/{others.id}")
    await expect(desk.row("Per Moen")).to_have_count(0)

    frames: list[str] = []
    desk.page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))),
    )
    await desk.go("/view/open")
    await expect(desk.row("Anna Vik")).to_have_count(1)
    await stage.customers.api(others, {"id": "l2"}, "More that is secret")
    await stage.customers.api(hers, {"id": "l1"}, "And which size?")
    await expect(desk.row("And which size?")).to_have_count(1)
    assert frames
    assert "secret" not in "".join(frames)
