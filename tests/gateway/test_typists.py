"""Who types: told to the screens that look, thinned out, and never kept."""

import asyncio
from datetime import timedelta

import msgspec

from connectors.acts import Correspondent
from connectors.contract import Accepted
from connectors.events import SenderId, TypingChanged
from connectors.manifest import Manifest
from gateway import notices
from gateway.answering import Answering
from gateway.typists import MAX_WAITING, Typists
from normalizer.model import AgentId
from outbound.model import Outlet
from storage.ids import utc_now
from tests.outbound.world import SMS, _conversation, _inbox, _ticket
from ticketing.permissions import Viewer

MIRA = Viewer(agent_id=AgentId("mira"), name="Mira Okafor", role="agent", inbox_ids=None)
INBOX = _inbox(SMS)
HERE = _conversation(INBOX, "conv", "tel:+14155550123")
CAN = msgspec.structs.replace(SMS, capabilities=(*SMS.capabilities, "typing_out"))


class Shelf:
    """A collection of one."""

    def __init__(self, found):
        self.found = found

    async def find_one(self, where):
        return self.found if "open_key" not in where or where["open_key"] == HERE.open_key else None

    async def get(self, _id):
        return None


class Collections:
    conversations = Shelf(HERE)
    contacts = Shelf(None)


class Wire:
    def __init__(self):
        self.told = asyncio.Queue()

    async def publish(self, _channel, payload):
        self.told.put_nowait(notices.decode(payload))
        return True


def typing(thread="thread-conv", *, on=True, age_s=0.0):
    return TypingChanged(
        dedupe_id="d",
        thread_key=thread,
        senders=(SenderId(family="tel", value="+14155550123"),),
        occurred_at=utc_now() - timedelta(seconds=age_s),
        typing=on,
    )


async def test_the_newest_word_of_a_thread_is_told_and_old_ones_are_not():
    wire = Wire()
    typists = Typists(Collections(), wire)
    typists.note(INBOX.id, typing())
    typists.note(INBOX.id, typing(on=False))
    typists.note(INBOX.id, typing("elsewhere"))
    typists.note("other", typing(age_s=60))
    running = asyncio.create_task(typists.run())
    async with asyncio.timeout(10):
        notice = await wire.told.get()
        typists.note(INBOX.id, typing())
        again = await wire.told.get()
    running.cancel()
    assert (notice.ticket_id, notice.inbox_id, notice.typing) == (HERE.ticket_id, INBOX.id, False)
    assert notice.name == "+14155550123"
    assert again.typing


def test_a_flood_is_bounded():
    typists = Typists(Collections(), Wire())
    for n in range(MAX_WAITING + 50):
        typists.note(INBOX.id, typing(f"t{n}"))
    assert len(typists._waiting) == MAX_WAITING


class Store:
    async def conversation(self, id):
        return HERE if id == HERE.id else None

    async def ticket(self, _id):
        return _ticket(INBOX)


class Provider:
    def __init__(self):
        self.shown = asyncio.Queue()

    async def send(self, message):
        raise AssertionError(message)

    def rate_keys(self, message):
        raise AssertionError(message)

    async def show_typing(self, to: Correspondent):
        self.shown.put_nowait(to)
        return Accepted(native_ids=())


class Outlets:
    def __init__(self, manifest: Manifest, sender):
        self.outlet_now = Outlet(inbox=INBOX, manifest=manifest, sender=sender)

    async def outlet(self, _id):
        return self.outlet_now


def answering(manifest=CAN, paged=None):
    provider = Provider()

    async def page(conversation):
        paged.append(conversation.id)

    return Answering(Store(), Outlets(manifest, provider), page), provider


async def ended(one: Answering):
    if one._showing:
        await asyncio.wait(one._showing)


async def test_the_channel_is_told_once_in_a_while():
    one, provider = answering()
    for _ in range(5):
        one.note(MIRA, HERE.id)
    await ended(one)
    assert provider.shown.qsize() == 1
    to = provider.shown.get_nowait()
    assert (to.recipient.value, to.thread_key) == ("+14155550123", "thread-conv")


async def test_nobody_is_told_by_who_may_not_answer_or_where_the_channel_cannot():
    blind = msgspec.structs.replace(MIRA, inbox_ids=frozenset())
    light = msgspec.structs.replace(MIRA, role="light")
    for viewer, manifest in ((blind, CAN), (light, CAN), (MIRA, SMS)):
        one, provider = answering(manifest)
        one.note(viewer, HERE.id)
        await ended(one)
        assert provider.shown.empty()


async def test_our_own_chat_is_told_by_its_page():
    paged = []
    own = msgspec.structs.replace(CAN, transports=("socket",))
    one, provider = answering(own, paged)
    one.note(MIRA, HERE.id)
    await ended(one)
    assert paged == [HERE.id]
    assert provider.shown.empty()
