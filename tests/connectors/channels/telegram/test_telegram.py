"""Updates as python-telegram-bot writes them, and a stand-in for the Bot API over HTTP."""

import asyncio
import json
import re
from datetime import UTC, datetime

import pytest
import telegram
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.channels.telegram.connector import Settings, connect
from connectors.channels.telegram.inbound import parse_update
from connectors.channels.telegram.polling import Poller
from connectors.contract import (
    Accepted,
    Account,
    HookRegistrar,
    InboxId,
    OutboundFile,
    OutboundMessage,
    RetryLater,
    SenderId,
    Streamer,
    WebhookReceiver,
)
from connectors.errors import FetchFailed
from connectors.kit.backoff import Backoff
from connectors.kit.egress import EgressClient

NOW = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
JUN = telegram.User(id=3527, first_name="Jun", is_bot=False, last_name="Park")
PRIVATE = telegram.Chat(id=3527, type="private", first_name="Jun")


def parse(update):
    return parse_update(update.to_json().encode(), NOW).events


def said(**fields):
    values = {"message_id": 41, "date": NOW, "chat": PRIVATE, "from_user": JUN} | fields
    return telegram.Update(update_id=1, message=telegram.Message(**values))


def test_a_text_of_the_library():
    [event] = parse(said(text="Größe 40? 你好"))
    assert event.text == "Größe 40? 你好"
    assert event.occurred_at == NOW
    assert event.sender_name == "Jun Park"
    assert event.senders[0].canonical == "telegram:3527"


def test_every_kind_of_file_of_the_library():
    ids = {"file_unique_id": "u"}
    size = {"width": 1, "height": 1}
    kinds = {
        "photo": (
            telegram.PhotoSize(file_id="s", file_size=1, **ids, **size),
            telegram.PhotoSize(file_id="photo", file_size=9, **ids, **size),
        ),
        "document": telegram.Document(file_id="document", file_name="a.pdf", **ids),
        "audio": telegram.Audio(file_id="audio", duration=1, **ids),
        "video": telegram.Video(file_id="video", duration=1, **ids, **size),
        "voice": telegram.Voice(file_id="voice", duration=1, **ids),
        "video_note": telegram.VideoNote(file_id="video_note", length=1, duration=1, **ids),
        "sticker": telegram.Sticker(
            file_id="sticker", is_animated=False, is_video=False, type="regular", **ids, **size
        ),
    }
    for name, content in kinds.items():
        [event] = parse(said(**{name: content}))
        assert [file.ref for file in event.attachments] == [name]


def test_an_animation_is_one_file():
    animation = telegram.Animation(
        file_id="gif", file_unique_id="u", width=1, height=1, duration=1, mime_type="video/mp4"
    )
    document = telegram.Document(file_id="gif", file_unique_id="u", mime_type="video/mp4")
    [event] = parse(said(animation=animation, document=document))
    assert [file.ref for file in event.attachments] == ["gif"]


def test_the_items_of_an_album_stay_in_one_conversation():
    events = [
        parse(
            said(
                message_id=number,
                media_group_id="g",
                photo=(telegram.PhotoSize(file_id="p", file_unique_id="u", width=1, height=1),),
            )
        )[0]
        for number in (1, 2, 3)
    ]
    assert {event.thread_key for event in events} == {"3527"}
    assert len({event.dedupe_id for event in events}) == 3


def test_the_same_number_in_two_chats_is_two_messages():
    group = telegram.Chat(id=-1001, type="supergroup", title="Owners")
    [one], [other] = parse(said(text="a")), parse(said(text="a", chat=group))
    assert one.dedupe_id != other.dedupe_id
    assert one.native_id != other.native_id


def test_an_edit_speaks_of_the_message_it_changes():
    message = said(text="old").message
    [first] = parse(said(text="old"))
    [edit] = parse(telegram.Update(update_id=2, edited_message=message))
    assert edit.native_id == first.native_id
    assert edit.dedupe_id != first.dedupe_id


def to_snake(method):
    return re.sub("[A-Z]", lambda found: "_" + found[0].lower(), method)


class BotApi:
    """A stand-in for api.telegram.org with one bot."""

    def __init__(self):
        self.calls = []
        self.updates = []
        self.answers = {}
        self.hook = "https://old.example/"
        self.files = {}

    async def call(self, request):
        method = request.match_info["method"]
        arguments = await self._arguments(request)
        self.calls.append((method, arguments))
        if self.answers.get(method):
            status, body = self.answers[method].pop(0)
            return web.json_response(body, status=status)
        return await getattr(self, to_snake(method), self.send)(arguments)

    async def _arguments(self, request):
        if request.content_type == "application/json":
            return await request.json()
        if request.content_type == "multipart/form-data":
            fields = await request.post()
            return {
                name: value if isinstance(value, str) else (value.filename, value.file.read())
                for name, value in fields.items()
            }
        return dict(await request.post())

    async def send(self, arguments):
        return web.json_response({"ok": True, "result": {"message_id": len(self.calls)}})

    async def delete_webhook(self, arguments):
        self.hook = ""
        return web.json_response({"ok": True, "result": True})

    async def set_webhook(self, arguments):
        self.hook = arguments["url"]
        return web.json_response({"ok": True, "result": True, "description": "Webhook was set"})

    async def get_me(self, arguments):
        result = {"id": 1, "is_bot": True, "first_name": "Halden", "username": "halden_bot"}
        return web.json_response({"ok": True, "result": result})

    async def get_webhook_info(self, arguments):
        return web.json_response({"ok": True, "result": {"url": self.hook}})

    async def get_updates(self, arguments):
        if self.hook:
            return web.json_response({"ok": False, "error_code": 409}, status=409)
        first = arguments.get("offset", 0)
        self.updates = [update for update in self.updates if update["update_id"] >= first]
        if not self.updates:
            await asyncio.sleep(0.05)
        return web.json_response({"ok": True, "result": self.updates[:2]})

    async def get_file(self, arguments):
        path = self.files.get(arguments["file_id"])
        if path is None:
            return web.json_response({"ok": False, "error_code": 400}, status=400)
        return web.json_response({"ok": True, "result": {"file_path": path}})

    async def download(self, request):
        return web.Response(body=b"content of " + request.match_info["path"].encode())


@pytest.fixture
def api():
    return BotApi()


@pytest.fixture
async def make(api):
    app = web.Application()
    app.router.add_post("/bot123:abc/{method}", api.call)
    app.router.add_get("/file/bot123:abc/{path:.+}", api.download)
    async with TestServer(app, host="127.0.0.1") as server, EgressClient(["127.0.0.1"]) as http:
        base_url = str(server.make_url("/")).rstrip("/")

        def connector(mode="webhook"):
            settings = Settings(
                token="123:abc", mode=mode, secret_token="hook-secret", base_url=base_url
            )
            return connect(
                Account(
                    inbox_id=InboxId("i1"),
                    channel="telegram",
                    name="Bot",
                    address="@halden_bot",
                    hook_url="https://parley.example/hooks/telegram/i1",
                    settings=settings,
                ),
                http,
            )

        yield connector


def reply(text="Yes", files=(), **fields):
    values = {
        "id": "m-1",
        "recipient": SenderId(family="telegram", value="3527"),
        "thread_key": "3527",
        "text": text,
        "created_at": NOW,
        "attachments": tuple(files),
    }
    return OutboundMessage(**(values | fields))


def file(name, media_type, content):
    async def pieces():
        for start in range(0, len(content), 1000):
            yield content[start : start + 1000]

    return OutboundFile(name=name, media_type=media_type, size=len(content), open=pieces)


async def test_a_text_over_http(api, make):
    assert await make().send(reply("Größe 40 & 60")) == Accepted(native_ids=("3527#1",))
    [(method, arguments)] = api.calls
    assert method == "sendMessage"
    assert arguments["chat_id"] == "3527"
    assert arguments["text"] == "Größe 40 & 60"


async def test_a_file_is_streamed_over_http(api, make):
    content = bytes(range(256)) * 100
    outcome = await make().send(reply("See", [file("ä.jpg", "image/jpeg", content)]))
    assert isinstance(outcome, Accepted)
    [(method, arguments)] = api.calls
    assert method == "sendPhoto"
    assert arguments["photo"] == ("ä.jpg", content)
    assert arguments["caption"] == "See"


async def test_a_huge_picture_goes_as_a_document(api, make):
    picture = OutboundFile(
        name="a.png", media_type="image/png", size=11_000_000, open=file("", "", b"x").open
    )
    await make().send(reply("", [picture]))
    assert [method for method, _ in api.calls] == ["sendDocument"]


async def test_a_long_text_in_emoji_is_counted_as_telegram_does(api, make):
    await make().send(reply("😀" * 3000))
    assert [len(arguments["text"]) for _, arguments in api.calls] == [2048, 952]


async def test_a_proxys_error_page_is_retried_or_unknown_never_accepted(api, make):
    api.answers["sendMessage"] = [(503, "busy")]
    assert isinstance(await make().send(reply()), RetryLater)


async def test_files_come_in_two_steps(api, make):
    api.files["f-1"] = "photos/file_1.jpg"
    bot = make()
    assert [piece async for piece in await bot.fetch("f-1")] == [b"content of photos/file_1.jpg"]
    with pytest.raises(FetchFailed) as failed:
        await bot.fetch("too-big")
    assert failed.value.retry is False
    [place] = [piece async for piece in await bot.fetch("geo:59.12,11.38")]
    assert json.loads(place) == {"type": "Point", "coordinates": [11.38, 59.12]}


async def test_a_file_that_cannot_be_asked_for_may_come_later():
    settings = Settings(token="123:abc", base_url="http://127.0.0.1:1")
    account = Account(
        inbox_id=InboxId("i"), channel="telegram", name="", address="", hook_url="",
        settings=settings,
    )  # fmt: skip
    async with EgressClient(["127.0.0.1"]) as http:
        with pytest.raises(FetchFailed) as failed:
            await connect(account, http).fetch("f-1")
    assert failed.value.retry is True


async def test_saving_the_inbox_registers_its_hook(api, make):
    bot = make()
    assert isinstance(bot, HookRegistrar)
    assert (await bot.check()).ok is False
    assert (await bot.register()).ok is True
    [arguments] = [arguments for method, arguments in api.calls if method == "setWebhook"]
    assert arguments["secret_token"] == "hook-secret"
    assert "message_reaction" in arguments["allowed_updates"]
    assert (await bot.check()).ok is True


def test_the_mode_decides_the_way_in():
    def made(mode):
        settings = Settings(token="t", mode=mode)
        account = Account(
            inbox_id=InboxId("i"), channel="telegram", name="", address="", hook_url="",
            settings=settings,
        )  # fmt: skip
        return connect(account, None)

    assert isinstance(made("poll"), Streamer)
    assert not isinstance(made("poll"), WebhookReceiver)
    assert isinstance(made("webhook"), WebhookReceiver)
    assert not isinstance(made("webhook"), Streamer)


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - the state of a stand-in
            await asyncio.sleep(0.01)


async def run_poller(poller, sink, condition):
    task = asyncio.create_task(poller.run(sink))
    try:
        await until(lambda: condition() or task.done())
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return task


@pytest.fixture
def poller(make):
    bot = make("poll")
    return Poller(bot._http, bot._api.url, Backoff(first=0.01, most=0.02))


async def test_polling_first_removes_the_webhook_and_keeps_the_bytes(api, make, poller):
    api.updates = [{"update_id": n, "message": {"n": n}} for n in (5, 6, 7)]
    got = []

    async def sink(body):
        got.append(json.loads(body))

    await run_poller(poller, sink, lambda: not api.updates)
    assert [update["update_id"] for update in got] == [5, 6, 7]
    assert api.calls[0][0] == "deleteWebhook"


async def test_the_offset_moves_only_when_the_journal_has_it(api, poller):
    api.updates = [{"update_id": 5}, {"update_id": 6}]
    got = []

    async def failing(body):
        if json.loads(body)["update_id"] == 6:
            raise RuntimeError("the journal is full")
        got.append(body)

    task = await run_poller(poller, failing, lambda: False)
    assert isinstance(task.exception(), RuntimeError)
    assert [update["update_id"] for update in api.updates] == [5, 6]

    async def sink(body):
        got.append(body)

    await run_poller(poller, sink, lambda: not api.updates)
    assert [json.loads(body)["update_id"] for body in got] == [5, 6]


async def test_a_conflict_backs_off_and_goes_on(api, poller):
    conflict = {"ok": False, "error_code": 409, "description": "terminated by other getUpdates"}
    api.answers["getUpdates"] = [(409, conflict), (502, "bad gateway"), (200, "not an object")]
    api.answers["deleteWebhook"] = [(500, "oops")]
    api.updates = [{"update_id": 5}]
    got = []

    async def sink(body):
        got.append(body)

    await run_poller(poller, sink, lambda: got)
    assert len(got) == 1
