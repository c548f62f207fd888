"""A Telegram group that becomes a supergroup has a new chat id, and stays one ticket."""

import pytest

from tests.peers.provider import Provider
from tests.site import Site
from tests.whole.far_side import Inboxes, delivered, reply, stored, telegram

pytestmark = pytest.mark.asyncio(loop_scope="session")
TITLE = "Guides of Bolzano"


def _chat(id: int, kind: str) -> dict[str, object]:
    return {"id": id, "type": kind, "title": TITLE}


@pytest.mark.parametrize("told_by", ["the old group", "the new group"])
async def test_the_thread_goes_on(
    site: Site, provider: Provider, inboxes: Inboxes, told_by: str
) -> None:
    inbox, person = inboxes["telegram"], {"id": 77, "is_bot": False, "first_name": "Ole"}
    old, new = (-4001, -1004001) if told_by == "the old group" else (-4002, -1004002)
    group, supergroup = _chat(old, "group"), _chat(new, "supergroup")
    await telegram(inbox, old, chat=group, text=f"Before {told_by}", **{"from": person})
    before = await stored(site, f"Before {told_by}")
    move = (
        {"chat": group, "migrate_to_chat_id": new}
        if told_by == "the old group"
        else {"chat": supergroup, "migrate_from_chat_id": old}
    )
    assert await telegram(inbox, old, **move, **{"from": person}) == 200
    await telegram(inbox, new, chat=supergroup, text=f"After {told_by}", **{"from": person})
    after = await stored(site, f"After {told_by}")
    assert after["conversation_id"] == before["conversation_id"]
    assert after["threaded_by"].startswith("thread")
    sent = await reply(site, after, f"Answer to {told_by}")
    await delivered(site, sent["id"], "sent")
    assert ("telegram", str(new), f"Answer to {told_by}") in provider.sent


async def test_a_move_that_is_heard_late_mixes_nothing(site: Site, inboxes: Inboxes) -> None:
    inbox, person = inboxes["telegram"], {"id": 78, "is_bot": False, "first_name": "Eva"}
    group, supergroup = _chat(-4003, "group"), _chat(-1004003, "supergroup")
    await telegram(inbox, -4003, chat=group, text="In the old one", **{"from": person})
    old = await stored(site, "In the old one")
    await telegram(inbox, -1004003, chat=supergroup, text="In the new one", **{"from": person})
    new = await stored(site, "In the new one")
    await telegram(inbox, -4003, chat=group, migrate_to_chat_id=-1004003, **{"from": person})
    await telegram(inbox, -1004003, chat=supergroup, text="And again", **{"from": person})
    again = await stored(site, "And again")
    assert again["conversation_id"] == new["conversation_id"] != old["conversation_id"]
    assert await site.stuck() == {}
