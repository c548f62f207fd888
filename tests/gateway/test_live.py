"""Live updates and the chat page: pushed, resumed, bounded."""

import asyncio
import secrets

import msgspec
import pytest

from connectors.contract import InboxId
from gateway import notices
from gateway.api import frames
from gateway.chat.visitors import Visitors
from gateway.notices import Fact, Facts, Seen
from gateway.presence import FORGOTTEN_AFTER_S, Presence
from gateway.realtime import QUEUE, Bundle, Client, Hub
from normalizer.model import AgentId
from tests.gateway.house import House, Person
from ticketing.permissions import Viewer

VIEWER = Viewer(agent_id=AgentId("a"), name="Mira", role="agent", inbox_ids=None)


async def until(socket, kind: str, **fields: object) -> dict:
    """The next frame of this kind with these fields."""
    async with asyncio.timeout(15):
        while True:
            frame = await socket.receive_json()
            if frame["type"] == kind and fields.items() <= frame.items():
                return frame


async def test_a_message_is_pushed_with_its_ticket_and_right_counts(
    house: House, admin: Person
) -> None:
    inbox = await house.telegram()
    async with admin.http.ws_connect("/api/v1/live") as socket:
        await until(socket, "hello")
        await house.say(inbox, 7, "live words", 1)
        ticket = await until(socket, "ticket")
        assert ticket["ticket"]["subject"] == "live words"
        message = await until(socket, "message")
        assert message["message"]["text"] == "live words"
        views = await until(socket, "views")
        assert {"id": "open", "count": 1} in views["items"]


async def test_a_new_views_number_is_told_when_it_is_known(house: House, admin: Person) -> None:
    """Nothing happens to any ticket meanwhile, so no event tells of it."""
    inbox = await house.telegram()
    await house.say(inbox, 7, "a tent", 1)
    async with admin.http.ws_connect("/api/v1/live") as socket:
        await until(socket, "hello")
        _, view = await admin.call("POST", "/views", {"name": "Every"})
        async with asyncio.timeout(15):
            while not await house.base.counts.build():  # noqa: ASYNC110  every process must know it
                await asyncio.sleep(0.1)
            while {"id": view["id"], "count": 1} not in (await until(socket, "views"))["saved"]:
                pass


async def test_numbers_go_on_after_a_failure_and_come_anew_after_a_resync(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gateway.realtime.COUNTS_AGAIN_S", 0.01)
    monkeypatch.setattr("gateway.realtime.COUNTS_EVERY_S", 0.01)
    told = frames.LiveViews(items=[], saved=[])
    answers: list[frames.LiveViews | Exception] = [OSError("away"), told, told]

    class Source:
        async def counts(self, _viewer: Viewer) -> frames.LiveViews:
            found = answers.pop(0)
            if isinstance(found, Exception):
                raise found
            return found

    hub, client = Hub(None, Source()), Client("c", VIEWER)  # type: ignore[arg-type]
    task = asyncio.create_task(hub.counts(client))
    client.counts_due.set()
    async with asyncio.timeout(5):
        assert await client.queue.get() == told
        client.resync()
        assert isinstance(await client.queue.get(), frames.Resync)
        assert await client.queue.get() == told
    task.cancel()


async def test_missed_frames_come_after_a_resume_and_strange_numbers_resync(
    house: House, admin: Person
) -> None:
    inbox = await house.telegram()
    async with admin.http.ws_connect("/api/v1/live") as socket:
        seq = (await until(socket, "hello"))["seq"]
        await house.say(inbox, 7, "first", 1)
        await until(socket, "message")
    async with admin.http.ws_connect("/api/v1/live") as socket:
        await socket.send_json({"type": "resume", "seq": seq})
        assert (await until(socket, "ticket"))["ticket"]["subject"] == "first"
    for strange in (1, seq + 1_000_000):
        async with admin.http.ws_connect("/api/v1/live") as socket:
            await socket.send_json({"type": "resume", "seq": strange})
            await until(socket, "resync")


async def test_presence_is_told_to_those_who_look(house: House, admin: Person) -> None:
    await house.say(await house.telegram(), 7, "hello", 1)
    await house.drained()
    ticket = (await admin.get("/tickets"))["items"][0]["id"]
    jun = await house.person("jun@halden.example")
    look = {"type": "presence", "ticket_id": ticket, "mode": "viewing"}
    async with (
        admin.http.ws_connect("/api/v1/live") as mira,
        jun.http.ws_connect("/api/v1/live") as other,
    ):
        await mira.send_json(look)
        await until(mira, "presence")
        await other.send_json({**look, "mode": "replying"})
        async with asyncio.timeout(10):
            while len((frame := await until(mira, "presence"))["agents"]) < 2:
                pass
        assert {one["mode"] for one in frame["agents"]} == {"viewing", "replying"}
    assert frame["ticket_id"] == ticket


async def test_what_is_no_frame_closes_the_socket(admin: Person) -> None:
    async with admin.http.ws_connect("/api/v1/live") as socket:
        await socket.send_str('{"type":"resume"}')
        async with asyncio.timeout(10):
            while not socket.closed:
                await socket.receive()
        assert socket.close_code == 1008


async def test_only_who_looks_and_may_see_hears_a_customer_type() -> None:
    class Source:
        async def visible(self, _viewer: Viewer, _ticket_id: str) -> bool:
            return True

    class Bus:
        async def publish(self, _channel: str, _payload: bytes) -> bool:
            return True

    hub = Hub(Bus(), Source())  # type: ignore[arg-type]
    blind = msgspec.structs.replace(VIEWER, inbox_ids=frozenset({InboxId("another")}))
    looks, hidden, away = Client("a", VIEWER), Client("b", blind), Client("c", VIEWER)
    with hub.joined(looks), hub.joined(hidden), hub.joined(away):
        for client in (looks, hidden):
            await hub.look(client, "t", "viewing")
        hub._take(notices.Typing(ticket_id="t", inbox_id="i", name="Ines", typing=True))
        heard = {
            client.id: [
                frame
                for frame in [client.queue.get_nowait() for _ in range(client.queue.qsize())]
                if isinstance(frame, frames.LiveTyping)
            ]
            for client in (looks, hidden, away)
        }
    told = frames.LiveTyping(ticket_id="t", name="Ines", typing=True)
    assert heard == {"a": [told], "b": [], "c": []}


def test_a_slow_browser_is_told_to_fetch_again() -> None:
    client = Client("c", VIEWER)
    for _ in range(QUEUE + 1):
        client.push(frames.Pong())
    assert [client.queue.get_nowait() for _ in range(client.queue.qsize())] == [frames.Resync()]


class Nothing:
    """A source and bus that are never asked."""

    async def render(self, viewer: Viewer, bundle: Bundle) -> tuple[frames.Pong, ...]:
        return (frames.Pong(),)


async def test_numbers_of_another_process_are_outside_the_ring() -> None:
    older = Hub(None, Nothing(), now_ms=1_000)  # type: ignore[arg-type]
    newer = Hub(None, Nothing(), now_ms=2_000)  # type: ignore[arg-type]
    for hub, seq in ((older, newer.seq), (newer, older.seq)):
        client = Client("c", VIEWER)
        await hub.resume(client, seq)
        assert client.queue.get_nowait() == frames.Resync()
    assert newer.seq < 2**53


def test_silent_browsers_are_forgotten_and_replying_wins() -> None:
    presence = Presence()
    window = Seen(client_id="1", ticket_id="t", agent_id="a", name="Mira")
    assert presence.note(window, 0) == {"t"}
    assert presence.note(window, 1) == set()
    replying = Seen(client_id="2", ticket_id="t", agent_id="a", name="Mira", mode="replying")
    presence.note(replying, 1)
    assert [one.mode for one in presence.audience("t")] == ["replying"]
    assert presence.note(Seen(client_id="2", ticket_id=""), 2) == {"t"}
    assert presence.expire(1 + FORGOTTEN_AFTER_S) == set()
    assert presence.expire(2 + FORGOTTEN_AFTER_S) == {"t"}


async def test_chat_says_ack_once_it_is_on_disk_and_twice_is_once(
    house: House, admin: Person
) -> None:
    inbox = await house.inbox("webchat", "Chat")
    said = {"type": "message", "client_msg_id": secrets.token_hex(8), "text": "你好"}
    async with house.browser().ws_connect(f"/chat/{inbox}/ws") as page:
        await page.send_json({"type": "hello"})
        token = (await until(page, "welcome"))["token"]
        for _ in range(2):
            await page.send_json(said)
            await until(page, "ack", client_msg_id=said["client_msg_id"])
    assert await house.base.mongo.db["journal"].count_documents({}) == 2
    await house.drained()
    (row,) = (await admin.get("/tickets"))["items"]
    assert (row["message_count"], row["subject"]) == (1, "你好")

    whole = await admin.get(f"/tickets/{row['id']}")
    body = {"conversation_id": whole["conversations"][0]["id"], "text": "您好!"}
    async with house.browser().ws_connect(f"/chat/{inbox}/ws") as page:
        await page.send_json({"type": "hello", "token": token})
        assert (await until(page, "message"))["client_msg_id"] == said["client_msg_id"]
        await until(page, "caught_up")
        assert (await admin.call("POST", f"/tickets/{row['id']}/notes", {"text": "secret"}))[
            0
        ] == 201
        assert (await admin.call("POST", f"/tickets/{row['id']}/replies", body))[0] == 201
        reply = await until(page, "message")
        assert (reply["text"], reply["direction"]) == ("您好!", "out")
    async with house.browser().ws_connect(f"/chat/{inbox}/ws") as page:
        await page.send_json({"type": "hello", "token": token, "after": reply["id"]})
        await until(page, "welcome")
        while (frame := await page.receive_json())["type"] != "caught_up":
            assert frame["id"] == reply["id"]  # its delivery moved on meanwhile: pushed again


async def test_a_strangers_token_sees_nothing(house: House) -> None:
    inbox = await house.inbox("webchat", "Chat")
    async with house.browser().ws_connect(f"/chat/{inbox}/ws") as page:
        await page.send_json({"type": "hello"})
        visitor = (await until(page, "welcome"))["token"].partition(".")[0]
    async with house.browser().ws_connect(f"/chat/{inbox}/ws") as page:
        await page.send_json({"type": "hello", "token": f"{visitor}.{'0' * 64}"})
        assert not (await until(page, "welcome"))["token"].startswith(visitor)


@pytest.mark.parametrize("path", ["/chat/nothing", "/chat/nothing/ws"])
async def test_unknown_chat_is_404(house: House, path: str) -> None:
    async with house.browser().get(path) as answer:
        assert answer.status == 404


async def test_the_chat_page_runs_no_foreign_script(house: House) -> None:
    inbox = await house.inbox("webchat", "<b>Chat</b>")
    async with house.browser().get(f"/chat/{inbox}") as answer:
        text = await answer.text()
        assert "&lt;b&gt;Chat" in text
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    for name in ("chat.js", "chat.css"):
        async with house.browser().get(f"/chat-parts/{name}") as answer:
            assert answer.status == 200
    async with house.browser().get("/chat-parts/server.py") as answer:
        assert answer.status == 404


def test_visitor_tokens_survive_a_rotation_and_fit_one_inbox() -> None:
    old, new = Visitors([b"a" * 32]), Visitors([b"b" * 32, b"a" * 32])
    token = old.token("inbox", "v")
    assert new.visitor("inbox", token) == "v"
    assert new.visitor("other", token) is None
    assert old.visitor("inbox", new.token("inbox", "v")) is None


def test_facts_survive_the_wire() -> None:
    fact = Fact(kind="message.received", ticket_id="t", message_id="m")
    assert notices.decode(notices.encode(fact)) == fact
    together = Facts(facts=(fact, fact))
    assert notices.decode(notices.encode(together)) == together
    assert notices.decode(b'{"type":"newer"}') is None
