"""Webhooks: what is refused stores nothing, what is acknowledged is on disk."""

from storage.errors import JournalFull, JournalUnavailable
from tests.gateway.house import TOKEN, House, Person

HEADERS = {"X-Telegram-Bot-Api-Secret-Token": TOKEN}


async def stored(house: House) -> int:
    return await house.base.mongo.db["journal"].count_documents({})


async def test_unknown_inbox_is_404(house: House) -> None:
    async with house.browser().post("/hooks/telegram/nothing", data=b"{}") as answer:
        assert answer.status == 404
    assert await stored(house) == 0


async def test_an_inbox_answers_only_for_its_channel(house: House) -> None:
    inbox = await house.telegram()
    path = f"/hooks/twilio_sms/{inbox}"
    async with house.browser().post(path, data=b"{}", headers=HEADERS) as answer:
        assert answer.status == 404


async def test_wrong_signature_is_401_and_nothing_is_stored(house: House) -> None:
    inbox = await house.telegram()
    wrong = {"X-Telegram-Bot-Api-Secret-Token": "wrong"}
    path = f"/hooks/telegram/{inbox}"
    async with house.browser().post(path, data=b"{}", headers=wrong) as answer:
        assert answer.status == 401
    assert await stored(house) == 0


async def test_too_large_is_413_with_and_without_a_length(house: House) -> None:
    inbox = await house.telegram()
    path = f"/hooks/telegram/{inbox}"
    body = b"x" * 100_001

    async def pieces():  # chunked: no Content-Length
        for _ in range(11):
            yield b"x" * 10_000

    for data in (body, pieces()):
        async with house.browser().post(path, data=data, headers=HEADERS) as answer:
            assert answer.status == 413
    assert await stored(house) == 0


async def test_a_journal_that_cannot_take_it_is_503(house: House, monkeypatch) -> None:
    inbox = await house.telegram()
    for error in (JournalFull("full"), JournalUnavailable("down")):

        async def append(_record: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(house.base.journal, "append", append)
        path = f"/hooks/telegram/{inbox}"
        async with house.browser().post(path, data=b"{}", headers=HEADERS) as answer:
            assert answer.status == 503
            assert int(answer.headers["Retry-After"]) > 0


async def test_what_cannot_be_parsed_is_quarantined_and_replayable(
    house: House, admin: Person
) -> None:
    inbox = await house.telegram()
    path = f"/hooks/telegram/{inbox}"
    async with house.browser().post(path, data=b"not json", headers=HEADERS) as answer:
        assert answer.status == 200
    await house.drained()
    (item,) = (await admin.get(f"/quarantine?inbox_id={inbox}"))["items"]
    assert item["reason"]
    status, answer = await admin.call("POST", "/quarantine/replay", {"ids": [item["id"]]})
    assert (status, answer) == (200, {"replayed": 1})
    await house.drained()
    assert len((await admin.get("/quarantine"))["items"]) == 1


async def test_a_body_that_is_not_what_it_says_is_400(house: House) -> None:
    inbox = await house.telegram()
    headers = {"X-Telegram-Bot-Api-Secret-Token": TOKEN, "Content-Encoding": "gzip"}
    path = f"/hooks/telegram/{inbox}"
    async with house.browser().post(path, data=b"no gzip", headers=headers) as answer:
        assert answer.status == 400
    assert (await house.base.journal.counts()).pending == 0


async def test_a_message_becomes_a_ticket(house: House, admin: Person) -> None:
    inbox = await house.telegram()
    assert await house.say(inbox, 7, "My tent leaks", 1) == 200
    assert await house.say(inbox, 7, "My tent leaks", 1) == 200
    await house.drained()
    (row,) = (await admin.get("/tickets"))["items"]
    assert (row["subject"], row["channel"], row["unread"]) == ("My tent leaks", "telegram", True)
    assert row["message_count"] == 1


async def test_an_inbox_made_elsewhere_is_known_at_once(house: House) -> None:
    await house.base.directory.inbox("x")
    inbox = await house.telegram()
    assert await house.base.directory.inbox(inbox) is not None


async def test_settings_are_sealed(house: House) -> None:
    inbox = await house.telegram()
    found = await house.base.edge_store.inboxes.get(inbox)
    assert found is not None
    assert TOKEN.encode() not in found.sealed_settings
