"""Merging, splitting and taking back by the API."""

import asyncio

from tests.gateway.house import House, Person


async def two_tickets(house: House, admin: Person) -> tuple[str, str]:
    inbox = await house.telegram()
    await house.say(inbox, 7, "Zip broken", 1)
    await house.say(inbox, 8, "Pole bent", 2)
    await house.say(inbox, 7, "and the bag", 3)
    await house.drained()
    rows = sorted((await admin.get("/tickets"))["items"], key=lambda row: row["number"])
    return rows[0]["id"], rows[1]["id"]


async def words(admin: Person, ticket: str) -> list[str]:
    found = await admin.get(f"/tickets/{ticket}/messages")
    return sorted(message["text"] for message in found["items"])


async def test_a_merge_is_seen_before_done_and_taken_back(house: House, admin: Person) -> None:
    one, two = await two_tickets(house, admin)
    before = [await admin.get(f"/tickets/{id}") for id in (one, two)]
    status, found = await admin.call("POST", f"/tickets/{one}/merge/preview", {"target_id": two})
    (preview,) = found["items"]
    assert (status, preview["messages"], len(preview["conversations"])) == (200, 2, 1)
    body = {"target_id": two, "versions": preview["versions"], "choices": {"subject": "source"}}
    status, merged = await admin.call("POST", f"/tickets/{one}/merge", body)
    assert (status, merged["ticket"]["id"], merged["ticket"]["message_count"]) == (200, two, 3)
    assert merged["ticket"]["subject"] == before[0]["subject"]
    (record,) = merged["merges"]
    assert (await admin.get(f"/tickets/{one}/merges"))["items"] == [record]
    status, undone = await admin.call("POST", f"/merges/{record['id']}/undo")
    assert (status, undone["kept"], undone["reopened"]) == (200, [], False)
    versions = {"version": 0}
    assert [one | versions for one in (undone["source"], undone["target"])] == [
        one | versions for one in before
    ]
    status, problem = await admin.call("POST", f"/tickets/{one}/merge", body)
    assert (status, problem["type"]) == (409, "/problems/stale")


async def test_messages_are_split_off_and_go_back(house: House, admin: Person) -> None:
    one, _ = await two_tickets(house, admin)
    messages = (await admin.get(f"/tickets/{one}/messages"))["items"]
    chosen = [one["id"] for one in messages if one["text"] == "and the bag"]
    body = {"message_ids": chosen, "subject": "The bag"}
    status, preview = await admin.call("POST", f"/tickets/{one}/split/preview", body)
    assert (status, preview["messages"], preview["left"]) == (200, 1, 1)
    status, done = await admin.call("POST", f"/tickets/{one}/split", body)
    assert (status, done["new"]["subject"]) == (201, "The bag")
    new = done["new"]["id"]
    assert (await words(admin, one), await words(admin, new)) == (["Zip broken"], ["and the bag"])
    events = await admin.get(f"/tickets/{one}/events")
    assert "ticket.split" in {event["kind"] for event in events["items"]}
    status, _ = await admin.call("POST", f"/merges/{done['merge']['id']}/undo")
    assert (status, await words(admin, one)) == (200, ["Zip broken", "and the bag"])
    assert (await admin.get(f"/tickets/{new}"))["merged_into"]["id"] == one


async def test_a_draft_follows_its_conversation_there_and_back(house: House, admin: Person) -> None:
    one, two = await two_tickets(house, admin)
    conversation = (await admin.get(f"/tickets/{one}"))["conversations"][0]["id"]
    body = {"text": "Dear Aiko", "rev": 0, "conversation_id": conversation}
    assert (await admin.call("PUT", f"/tickets/{one}/drafts/reply", body))[0] == 200
    other = {"text": "Hello", "rev": 0}
    assert (await admin.call("PUT", f"/tickets/{two}/drafts/note", other))[0] == 200

    async def drafted(ticket: str, text: str) -> None:
        async with asyncio.timeout(10):
            while (await admin.get(f"/tickets/{ticket}/drafts/reply"))["text"] != text:  # noqa: ASYNC110  a consumer's
                await asyncio.sleep(0.05)

    _, merged = await admin.call("POST", f"/tickets/{one}/merge", {"target_id": two})
    await drafted(two, "Dear Aiko")
    await drafted(one, "")
    assert (await admin.get(f"/tickets/{two}/drafts/note"))["text"] == "Hello"
    await admin.call("POST", f"/merges/{merged['merges'][0]['id']}/undo")
    await drafted(one, "Dear Aiko")
    await drafted(two, "")


async def test_bad_wishes_name_the_field(house: House, admin: Person) -> None:
    one, two = await two_tickets(house, admin)
    for path, body, expected in (
        (f"/tickets/{one}/merge", {"target_id": one}, (409, None)),
        (f"/tickets/{one}/merge", {"target_id": "nothing"}, (404, None)),
        (f"/tickets/{one}/merge", {"target_id": two, "choices": {"id": "source"}},
         (422, "choices.id")),
        (f"/tickets/{one}/split", {}, (422, "message_ids")),
        (f"/tickets/{one}/split", {"message_ids": ["nothing"]}, (422, "message_ids")),
        ("/merges/nothing/undo", None, (404, None)),
    ):  # fmt: skip
        status, problem = await admin.call("POST", path, body)
        assert (status, problem["field"]) == expected, (path, problem)
