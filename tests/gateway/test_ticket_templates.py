"""Tickets that begin by a template."""

from tests.gateway.house import House, Person

WORDS = {"en": "Recall"}


async def test_a_template_fills_what_is_not_said(house: House, admin: Person) -> None:
    inbox = await house.inbox("email", "Support")
    await admin.call("PUT", "/fields/batch", {"names": WORDS, "kind": "text"})
    await admin.call("PUT", "/types/recall", {"names": WORDS})
    template = {
        "names": WORDS,
        "subject": "Please check your stove",
        "text": "We ask you to check the valve.",
        "type_id": "recall",
        "fields": {"batch": "E2"},
        "tags": ["recall"],
        "priority": "high",
        "checklist": ["Called", "Sent the part"],
    }
    assert (await admin.call("PUT", "/ticket-templates/recall", template))[0] == 200
    body = {"inbox_id": inbox, "recipient": "elena@posta.example", "template_id": "recall"}
    status, made = await admin.call("POST", "/tickets", {**body, "fields": {"batch": "E3"}})
    assert status == 201, made
    assert (made["subject"], made["type_id"], made["state"]) == (
        "Please check your stove",
        "recall",
        "open",
    )
    assert (made["fields"], made["tags"], made["priority"]) == ({"batch": "E3"}, ["recall"], "high")
    assert [one["text"] for one in made["checklist"]] == ["Called", "Sent the part"]
    messages = (await admin.get(f"/tickets/{made['id']}/messages"))["items"]
    assert messages[0]["text"].startswith("We ask you to check the valve.")
    (begun,) = (await admin.get(f"/tickets/{made['id']}/events?changed=priority"))["items"]
    told = {one["field"]: one["after"] for one in begun["changes"]}
    assert (begun["kind"], told) == ("ticket.created", {"template": "recall", "priority": "high"})


async def test_what_nobody_says_is_named(house: House, admin: Person) -> None:
    inbox = await house.inbox("email", "Support")
    body = {"inbox_id": inbox, "recipient": "elena@posta.example"}
    for more, field in (
        ({}, "subject"),
        ({"subject": "Hello"}, "text"),
        ({"subject": "Hello", "text": "x", "template_id": "nothing"}, "template_id"),
        ({"subject": "Hello", "text": "x", "type_id": "nothing"}, "type_id"),
        ({"subject": "Hello", "text": "x", "fields": {"no": 1}}, "fields.no"),
        ({"subject": "Hello", "text": "x", "asset_ids": ["no"]}, "asset_ids"),
    ):
        status, problem = await admin.call("POST", "/tickets", {**body, **more})
        assert (status, problem["field"]) == (422, field), problem
    assert (await admin.get("/tickets?view=all"))["items"] == []


async def test_a_refused_first_message_leaves_nothing(house: House, admin: Person) -> None:
    """Neither a ticket without words, nor a person that nobody wrote to."""
    inbox = await house.inbox("email", "Support")
    stop = {"address": "elena@posta.example", "reason": "bounced"}
    assert (await admin.call("POST", "/suppressions", stop))[0] < 300
    body = {
        "inbox_id": inbox,
        "recipient": "elena@posta.example",
        "subject": "Your stove",
        "text": "Please check the valve.",
    }
    assert (await admin.call("POST", "/tickets", body))[0] == 422
    assert (await admin.get("/tickets?view=all"))["items"] == []
    assert (await admin.get("/contacts"))["items"] == []


async def test_the_same_beginning_twice_is_one_ticket(house: House, admin: Person) -> None:
    """And with other words under the same key it is refused."""
    inbox = await house.inbox("email", "Support")
    body = {
        "inbox_id": inbox,
        "recipient": "elena@posta.example",
        "subject": "Your stove",
        "text": "Please check the valve.",
    }
    once = {"Idempotency_Key": "0123456789abcdef"}
    status, made = await admin.call("POST", "/tickets", body, **once)
    assert status == 201
    assert (await admin.call("POST", "/tickets", body, **once))[1]["id"] == made["id"]
    other = {**body, "text": "Another text"}
    assert (await admin.call("POST", "/tickets", other, **once))[0] in {409, 422}
    assert len((await admin.get("/tickets?view=all"))["items"]) == 1
    assert len((await admin.get(f"/tickets/{made['id']}/messages"))["items"]) == 1
