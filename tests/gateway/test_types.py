"""Types, fields and forms over the interface: made, used, refused by name."""

import asyncio

import pytest

from gateway.bootstrap.types import state_chores
from tests.gateway.house import House, Person

WORDS = {"en": "Name", "zh-CN": "名称"}
STATES = [
    {"id": "fresh", "names": WORDS, "category": "new"},
    {"id": "looking", "names": WORDS, "category": "open"},
    {"id": "vendor", "names": WORDS, "category": "held"},
    {"id": "fixed", "names": WORDS, "category": "solved"},
]


@pytest.fixture
async def ticket(house: House) -> str:
    await house.say(await house.telegram(), 7, "Guten Tag", 1)
    await house.drained()
    found = await house.base.collections.tickets.find_one({})
    assert found is not None
    return found.id


async def put(admin: Person, path: str, **body: object) -> dict:
    status, answer = await admin.call("PUT", path, {"names": WORDS, **body})
    assert status == 200, answer
    return answer


async def test_a_ticket_goes_through_the_states_of_its_type(admin: Person, ticket: str) -> None:
    await put(admin, "/fields/cause", kind="choice", options=[{"id": "wear", "names": WORDS}])
    moves = [("fresh", "looking", []), ("looking", "vendor", []), ("looking", "fixed", ["cause"])]
    await put(
        admin,
        "/types/incident",
        states=STATES,
        moves=[{"source": a, "target": b, "require": c} for a, b, c in moves],
    )
    path = f"/tickets/{ticket}"
    status, after = await admin.call("PATCH", path, {"type_id": "incident"})
    assert (status, after["state"], after["status"]) == (200, "fresh", "new")
    assert after["next_states"] == ["looking"]
    status, problem = await admin.call("PATCH", path, {"state": "fixed"})
    assert (status, "looking" in problem["detail"]) == (409, True)
    assert (await admin.call("PATCH", path, {"status": "open"}))[1]["state"] == "looking"
    status, problem = await admin.call("PATCH", path, {"status": "solved"})
    assert (status, problem["field"]) == (422, "fields.cause")
    both = {"status": "solved", "fields": {"cause": "wear"}}
    status, after = await admin.call("PATCH", path, both)
    assert (status, after["state"], after["fields"]) == (200, "fixed", {"cause": "wear"})
    events = (await admin.get(f"{path}/events"))["items"]
    told = {c["field"]: c["after"] for c in events[0]["changes"]}
    assert told == {"status": "solved", "state": "fixed", "fields.cause": "wear"}


FIELDS = (
    ("serial", {"kind": "text", "pattern": "[A-Z]{2}[0-9]+", "max_length": 6}),
    ("count", {"kind": "number", "minimum": 1, "maximum": 10}),
    (
        "colour",
        {
            "kind": "choice",
            "options": [
                {"id": "red", "names": WORDS},
                {"id": "moss", "names": WORDS, "retired": True},
            ],
        },
    ),
    (
        "part",
        {
            "kind": "cascade",
            "options": [
                {"id": "tent", "names": WORDS},
                {"id": "zip", "names": WORDS, "parent": "tent"},
            ],
        },
    ),
    ("bought", {"kind": "date"}),
    ("urgent", {"kind": "boolean"}),
    ("seller", {"kind": "user"}),
)


BAD_CHANGES: tuple[tuple[dict, str], ...] = (
    ({"fields": {"nothing": 1}}, "fields.nothing"),
    ({"fields": {"serial": 7}}, "fields.serial"),
    ({"fields": {"serial": "abc"}}, "fields.serial"),
    ({"fields": {"serial": "AB12345"}}, "fields.serial"),
    ({"fields": {"count": "7"}}, "fields.count"),
    ({"fields": {"count": True}}, "fields.count"),
    ({"fields": {"count": 11}}, "fields.count"),
    ({"fields": {"colour": "blue"}}, "fields.colour"),
    ({"fields": {"colour": "moss"}}, "fields.colour"),
    ({"fields": {"part": ["zip"]}}, "fields.part"),
    ({"fields": {"bought": "2026-02-30"}}, "fields.bought"),
    ({"fields": {"urgent": 1}}, "fields.urgent"),
    ({"fields": {"seller": "nobody"}}, "fields.seller"),
    ({"type_id": "nothing"}, "type_id"),
    ({"state": "nothing"}, "state"),
    ({"state": "open", "status": "solved"}, "status"),
    ({"category_id": "nothing"}, "category_id"),
    ({"impact": "huge"}, "impact"),
    ({"nothing": 1}, "nothing"),
)


async def test_a_bad_value_is_named_and_nothing_is_written(admin: Person, ticket: str) -> None:
    for id, parts in FIELDS:
        await put(admin, f"/fields/{id}", **parts)
    for change, field in BAD_CHANGES:
        wanted = {"subject": "New", **change}
        status, problem = await admin.call("PATCH", f"/tickets/{ticket}", wanted)
        assert (status, problem["field"]) == (422, field), problem
    assert (await admin.get(f"/tickets/{ticket}"))["version"] == 1


async def test_good_values_are_kept_as_they_are(admin: Person, ticket: str) -> None:
    for id, parts in FIELDS:
        await put(admin, f"/fields/{id}", **parts)
    values = {
        "serial": "AB12",
        "count": 2.5,
        "colour": "red",
        "part": ["tent", "zip"],
        "bought": "2026-02-28",
        "urgent": False,
        "seller": admin.id,
    }
    status, after = await admin.call("PATCH", f"/tickets/{ticket}", {"fields": values})
    assert (status, after["fields"]) == (200, values)
    _, after = await admin.call("PATCH", f"/tickets/{ticket}", {"fields": {"part": None}})
    assert "part" not in after["fields"]


BAD_ENTRIES: tuple[tuple[str, dict, str], ...] = (
    ("/fields/Bad", {"kind": "text"}, "id"),
    ("/fields/status", {"kind": "text"}, "id"),
    ("/fields/a", {"kind": "text", "pattern": "(a"}, "pattern"),
    ("/fields/a", {"kind": "text", "pattern": "(a)\\1"}, "pattern"),
    ("/fields/a", {"kind": "number", "minimum": 3, "maximum": 2}, "minimum"),
    ("/fields/a", {"kind": "number", "pattern": "a"}, "pattern"),
    ("/fields/a", {"kind": "choice"}, "options"),
    ("/fields/a", {"kind": "text", "default": 1}, "default"),
    ("/fields/a", {"kind": "text", "more": 1}, "more"),
    ("/fields/a", {"kind": "text", "names": {}}, "names"),
    ("/types/a", {"states": [*STATES, STATES[0]]}, "states[4].id"),
    ("/types/a", {"states": STATES, "form_id": "none"}, "form_id"),
    (
        "/types/a",
        {"states": STATES, "moves": [{"source": "fixed", "target": "fresh"}]},
        "moves[0].target",
    ),
    (
        "/types/a",
        {"states": STATES, "moves": [{"source": "fresh", "target": "gone"}]},
        "moves[0].target",
    ),
    (
        "/types/a",
        {"automatic": [{"on": "elapsed", "source": "open", "target": "solved"}]},
        "automatic[0].after_h",
    ),
    ("/forms/a", {"fields": [{"field": "nothing"}]}, "fields[0].field"),
    (
        "/forms/a",
        {
            "fields": [
                {
                    "field": "impact",
                    "show_if": {"every": [{"field": "urgency", "relation": "is_set"}]},
                },
                {"field": "urgency"},
            ]
        },
        "fields[0].show_if.every[0].field",
    ),
    ("/categories/a", {"parent_id": "a"}, "parent_id"),
    ("/categories/a", {"parent_id": "nothing"}, "parent_id"),
    ("/ticket-templates/a", {"fields": {"nothing": 1}}, "fields.nothing"),
    ("/priorities", {"ratings": []}, "ratings"),
)


async def test_a_bad_entry_is_named(admin: Person) -> None:
    for path, body, field in BAD_ENTRIES:
        names = {} if path == "/priorities" else {"names": WORDS}
        status, problem = await admin.call("PUT", path, {**names, **body})
        assert (status, problem["field"]) == (422, field), (path, problem)
    assert (await admin.get("/catalogue"))["revision"] == 0


async def test_what_is_in_use_goes_only_when_something_takes_its_place(
    admin: Person, ticket: str
) -> None:
    await put(admin, "/categories/gear")
    await put(admin, "/categories/tents", parent_id="gear")
    await put(admin, "/categories/rest")
    status, problem = await admin.call("DELETE", "/categories/gear")
    assert (status, "category/tents" in problem["detail"]) == (409, True)
    status, problem = await admin.call("PUT", "/categories/gear",
        {"names": WORDS, "parent_id": "tents"})  # fmt: skip
    assert (status, problem["field"]) == (422, "parent_id")
    await admin.call("PATCH", f"/tickets/{ticket}", {"category_id": "tents"})
    status, problem = await admin.call("DELETE", "/categories/tents")
    assert (status, "tickets" in problem["detail"]) == (409, True)
    for wrong in ("tents", "nothing"):
        status, problem = await admin.call("DELETE", f"/categories/tents?replace_with={wrong}")
        assert (status, problem["field"]) == (422, "replace_with")
    status, problem = await admin.call("DELETE", "/categories/gear?replace_with=tents")
    assert (status, problem["field"]) == (422, "replace_with")
    assert (await admin.call("DELETE", "/categories/tents?replace_with=rest"))[0] == 204
    assert (await admin.get(f"/tickets/{ticket}"))["category_id"] == "rest"
    assert [one["id"] for one in (await admin.get("/catalogue"))["categories"]] == ["gear", "rest"]
    assert (await admin.call("DELETE", "/categories/gear"))[0] == 204
    assert (await admin.call("DELETE", "/categories/gear"))[0] == 404


async def test_a_stale_screen_overwrites_nothing(admin: Person) -> None:
    first = await put(admin, "/categories/gear", version=0)
    assert first["version"] == 1
    for stale in (0, 2):
        body = {"names": WORDS, "version": stale}
        assert (await admin.call("PUT", "/categories/gear", body))[0] == 409
    assert (await put(admin, "/categories/gear", version=1))["version"] == 2


async def test_only_who_may_configure_changes_the_catalogue(house: House, admin: Person) -> None:
    jun = await house.person("jun@halden.example")
    assert (await jun.call("PUT", "/categories/gear", {"names": WORDS}))[0] == 403
    assert (await jun.get("/catalogue"))["categories"] == []


async def test_impact_and_urgency_make_the_priority_until_somebody_says_another(
    admin: Person, ticket: str
) -> None:
    async def change(**wanted: object) -> str:
        status, after = await admin.call("PATCH", f"/tickets/{ticket}", wanted)
        assert status == 200, after
        return after["priority"]

    assert await change(impact="high") == "normal"
    assert await change(urgency="high") == "urgent"
    assert await change(priority="low") == "low"
    assert await change(impact="high") == "low"
    assert await change(impact="medium") == "high"
    assert await change(impact="low", priority="urgent") == "urgent"


async def test_the_history_says_whether_a_priority_was_rated_or_set(
    admin: Person, ticket: str
) -> None:
    async def told(**wanted: object) -> list[str]:
        assert (await admin.call("PATCH", f"/tickets/{ticket}", wanted))[0] == 200
        found = await admin.get(f"/tickets/{ticket}/events?changed=priority,rated")
        return [change["field"] for change in found["items"][0]["changes"]]

    assert await told(impact="medium", urgency="medium") == ["impact", "urgency", "rated"]
    assert await told(urgency="high") == ["priority", "urgency", "rated"]
    assert await told(priority="low", why="It can wait") == ["priority"]
    assert await told(impact="low", priority="urgent") == ["priority", "impact"]
    found = (await admin.get(f"/tickets/{ticket}/events?changed=priority"))["items"]
    assert [one["why"] for one in found] == ["", "It can wait", ""]
    assert await told(tags=["x"]) == ["priority", "impact"]


async def test_when_a_hidden_field_changed_is_not_told(
    house: House, admin: Person, ticket: str
) -> None:
    body = {"name": "Narrow", "permissions": ["read"], "fields": {"impact": "hidden"}}
    status, role = await admin.call("POST", "/roles", body)
    assert status == 201, role
    jun = await house.person("jun@halden.example", role=role["id"])
    wanted = {"impact": "high", "tags": ["x"]}
    assert (await admin.call("PATCH", f"/tickets/{ticket}", wanted))[0] == 200
    path = f"/tickets/{ticket}/events?changed="
    assert (await jun.get(f"{path}impact"))["items"] == []
    assert len((await jun.get(f"{path}tags,impact"))["items"]) == 1
    assert len((await admin.get(f"{path}impact"))["items"]) == 1


async def test_a_form_says_what_it_asks_and_what_is_missing(admin: Person, ticket: str) -> None:
    await put(admin, "/fields/broken", kind="boolean")
    await put(admin, "/fields/how", kind="text")
    when = {"every": [{"field": "broken", "relation": "is", "values": [True]}]}
    fields = [{"field": "broken"}, {"field": "how", "show_if": when, "required": True}]
    await put(admin, "/forms/damage", fields=fields)
    await put(admin, "/types/claim", form_id="damage", default=True)
    path = f"/tickets/{ticket}"
    _, after = await admin.call("PATCH", path, {"type_id": "claim"})
    assert after["form"] == [{"field": "broken", "required": False}]
    _, after = await admin.call("PATCH", path, {"fields": {"broken": True}})
    assert after["form"][1] == {"field": "how", "required": True}
    status, problem = await admin.call("PATCH", path, {"status": "solved"})
    assert (status, problem["field"]) == (422, "fields.how")
    assert (await admin.call("PATCH", path, {"status": "waiting"}))[0] == 200
    both = {"status": "solved", "fields": {"broken": False}}
    assert (await admin.call("PATCH", path, both))[0] == 200


async def test_a_file_in_a_field_is_its_tickets_own(
    house: House, admin: Person, ticket: str
) -> None:
    await put(admin, "/fields/receipt", kind="file")
    headers = {"X-CSRF-Token": admin.csrf, "Content-Type": "application/pdf"}
    path = "/api/v1/uploads?name=receipt.pdf"
    async with admin.http.post(path, data=b"%PDF paid", headers=headers) as answer:
        upload = (await answer.json())["id"]
    field = f"/tickets/{ticket}/fields/receipt/file"
    assert (await admin.call("GET", field))[0] == 404
    wanted = {"fields": {"receipt": upload}}
    assert (await admin.call("PATCH", f"/tickets/{ticket}", wanted))[0] == 200
    assert await admin.call("GET", field) == (200, b"%PDF paid")
    await house.say(await house.telegram("Other"), 8, "Hallo", 1)
    await house.drained()
    other = await house.base.collections.tickets.find_one({"number": 2})
    jun = await house.person("jun@halden.example")
    assert other is not None
    status, problem = await jun.call("PATCH", f"/tickets/{other.id}", wanted)
    assert (status, problem["field"]) == (422, "fields.receipt")
    assert (await jun.call("PATCH", f"/tickets/{ticket}", {"fields": {"receipt": None}}))[0] == 200
    assert (await admin.call("GET", field))[0] == 404


async def test_the_clocks_of_a_type_run(house: House, admin: Person, ticket: str) -> None:
    """Consumer and sweeper as they are wired: nobody tells them but the change itself."""
    hour = {"on": "elapsed", "source": "looking", "target": "fixed", "after_h": 0.0000001}
    await put(admin, "/types/incident", states=STATES, automatic=[hour])
    wanted = {"type_id": "incident", "status": "open"}
    assert (await admin.call("PATCH", f"/tickets/{ticket}", wanted))[0] == 200
    sweep = next(one for one in state_chores(house.base) if one.name == "states-elapsed")
    async with asyncio.timeout(20):
        while (await admin.get(f"/tickets/{ticket}"))["state"] != "fixed":
            await sweep.do()
            await asyncio.sleep(0.05)
