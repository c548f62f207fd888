"""Contacts and organisations through the API, on the real stores."""

import asyncio

from gateway.bootstrap.foundation import Foundation
from gateway.bootstrap.people import ADOPTION_JOB, people_jobs
from tests.gateway.house import House, Person


async def made(person: Person, **fields):
    status, card = await person.call("POST", "/contacts", {"name": "Aiko Tanaka", **fields})
    assert status == 201, card
    return card


def point(address: str, verified: bool = True, family: str = "mailto"):
    return {"family": family, "address": address, "verified": verified}


async def test_a_person_is_entered_found_and_changed(admin: Person) -> None:
    card = await made(admin, points=[point("Aiko@Kyoto.example")], vip=2)
    assert [one["key"] for one in card["points"]] == ["mailto:aiko@kyoto.example"]
    for words in ("aiko", "tan", "kyoto", "aiko@kyoto.example"):
        found = await admin.get(f"/contacts?q={words}")
        assert [one["id"] for one in found["items"]] == [card["id"]], words
    assert (await admin.get("/contacts?q=nobody"))["items"] == []
    wish = {"name": "Aiko Mori", "time_zone": "Asia/Tokyo", "language": "ja", "version": 1}
    _, changed = await admin.call("PATCH", f"/contacts/{card['id']}", wish)
    assert (changed["name"], changed["time_zone"], changed["version"]) == (
        "Aiko Mori", "Asia/Tokyo", 2,
    )  # fmt: skip
    status, problem = await admin.call("PATCH", f"/contacts/{card['id']}", wish)
    assert (status, problem["type"]) == (409, "/problems/stale")
    history = await admin.get(f"/contacts/{card['id']}/events")
    changes = {one["field"]: one["after"] for one in history["items"][0]["changes"]}
    assert changes == {"name": "Aiko Mori", "time_zone": "Asia/Tokyo", "language": "ja"}


async def test_bad_fields_are_named(admin: Person) -> None:
    id = (await made(admin))["id"]
    for change, field in (
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"language": "1"}, "language"),
        ({"vip": 4}, "vip"),
        ({"organisation_id": "nowhere"}, "organisation_id"),
        ({"attributes": {"shoe_size": 4}}, "attributes.shoe_size"),
        ({"nothing": 1}, "nothing"),
        ({"name": "  "}, "name"),
    ):
        status, problem = await admin.call("PATCH", f"/contacts/{id}", change)
        assert (status, problem["field"]) == (422, field), change
    for bad in (point("no address"), point("12", family="tel")):
        status, problem = await admin.call("POST", f"/contacts/{id}/points", bad)
        assert (status, problem["field"]) == (422, "address")


async def test_an_address_belongs_to_one_person(admin: Person) -> None:
    first = await made(admin, points=[point("a@x.example")])
    second = await made(admin, name="Ben")
    status, problem = await admin.call(
        "POST", f"/contacts/{second['id']}/points", point("A@x.example")
    )
    assert (status, problem["field"]) == (422, "address")
    assert first["id"] in problem["detail"]
    key = "mailto:a%40x.example"
    assert (await admin.call("DELETE", f"/contacts/{first['id']}/points?key={key}"))[0] == 200
    status, card = await admin.call(
        "POST", f"/contacts/{second['id']}/points", point("a@x.example")
    )
    assert (status, len(card["points"])) == (200, 1)
    again = await admin.call("DELETE", f"/contacts/{first['id']}/points?key={key}")
    assert (again[0], again[1]["version"]) == (200, 2)
    mark = {"key": "mailto:a@x.example", "blocked": True}
    status, problem = await admin.call("PATCH", f"/contacts/{first['id']}/points", mark)
    assert (status, problem["field"]) == (422, "key")


async def test_a_repeated_key_enters_one_person(admin: Person) -> None:
    wish = {"name": "Once", "points": [point("once@x.example")]}
    _, first = await admin.call("POST", "/contacts", wish, Idempotency_Key="key-123456")
    _, second = await admin.call("POST", "/contacts", wish, Idempotency_Key="key-123456")
    assert first["id"] == second["id"]


async def test_consents_blocks_and_notes(admin: Person, house: House) -> None:
    id = (await made(admin))["id"]
    path = f"/contacts/{id}"
    said = {"purpose": "marketing", "granted": True, "how": "web form"}
    await admin.call("PUT", f"{path}/consents", said)
    _, card = await admin.call("PUT", f"{path}/consents", {**said, "granted": False})
    assert [(one["purpose"], one["granted"]) for one in card["consents"]] == [("marketing", False)]
    _, card = await admin.call("PUT", f"{path}/block", {"blocked": True, "reason": "abuse"})
    assert card["block"]["reason"] == "abuse"
    assert [one["id"] for one in (await admin.get("/contacts?blocked=1"))["items"]] == [id]
    _, card = await admin.call("PUT", f"{path}/block", {"blocked": False})
    assert card["block"] is None
    _, note = await admin.call("POST", f"{path}/notes", {"text": "Prefers the telephone."})
    assert [one["text"] for one in (await admin.get(f"{path}/notes"))["items"]] == [note["text"]]
    other = await house.person("jun@halden.example")
    assert (await other.call("DELETE", f"{path}/notes/{note['id']}"))[0] == 403
    assert (await admin.call("DELETE", f"{path}/notes/{note['id']}"))[0] == 204
    assert (await admin.get(f"{path}/notes"))["items"] == []


async def test_pages_of_people_hold_everybody_once(admin: Person) -> None:
    wanted = {(await made(admin, name=f"Person {n}"))["id"] for n in range(7)}
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        page = await admin.get(f"/contacts?limit=3&cursor={cursor}")
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert (len(seen), set(seen)) == (7, wanted)


async def test_organisations_take_in_the_people_of_their_domains(
    admin: Person, base: Foundation
) -> None:
    before = await made(admin, points=[point("a@kyoto.example")])
    unsure = await made(admin, points=[point("b@kyoto.example", verified=False)])
    company = {"name": "Kyoto Trading", "domains": ["Kyoto.example"], "vip": 1}
    status, organisation = await admin.call("POST", "/organisations", company)
    assert (status, organisation["domains"]) == (201, ["kyoto.example"])
    id = organisation["id"]
    await people_jobs(base)[ADOPTION_JOB](id)
    after = await made(admin, points=[point("c@kyoto.example")])
    taken: set[str] = set()
    async with asyncio.timeout(15):
        while taken != {before["id"], after["id"]}:  # a worker may be at it already
            people = (await admin.get(f"/contacts?organisation_id={id}"))["items"]
            taken = {one["id"] for one in people}
    assert (await admin.get(f"/contacts/{unsure['id']}"))["organisation"] is None
    mark = {"key": "mailto:b@kyoto.example", "verified": True}
    _, card = await admin.call("PATCH", f"/contacts/{unsure['id']}/points", mark)
    assert card["organisation"]["name"] == "Kyoto Trading"
    for domain, reason in (("gmail.com", "anybody"), ("nothing", "not a mail"), ("co.uk", "not a")):
        status, problem = await admin.call("PATCH", f"/organisations/{id}", {"domains": [domain]})
        assert (status, problem["field"]) == (422, "domains")
        assert reason in problem["detail"]
    status, problem = await admin.call("POST", "/organisations", company)
    assert (status, problem["field"]) == (422, "domains")
    assert len((await admin.get("/organisations?q=kyoto"))["items"]) == 1


async def test_an_organisation_with_people_needs_an_heir(admin: Person) -> None:
    _, old = await admin.call("POST", "/organisations", {"name": "Old", "domains": ["old.example"]})
    _, new = await admin.call("POST", "/organisations", {"name": "New"})
    card = await made(admin, points=[point("a@old.example")])
    assert card["organisation"]["id"] == old["id"]
    path = f"/organisations/{old['id']}"
    status, problem = await admin.call("DELETE", path)
    assert status == 409
    assert "replace_with" in problem["detail"]
    status, problem = await admin.call("DELETE", f"{path}?replace_with=nothere")
    assert (status, problem["field"]) == (422, "replace_with")
    assert (await admin.call("DELETE", f"{path}?replace_with={new['id']}"))[0] == 204
    assert (await admin.get(f"/contacts/{card['id']}"))["organisation"]["name"] == "New"
    assert [one["name"] for one in (await admin.get("/organisations"))["items"]] == ["New"]


async def test_attributes_are_checked_by_their_kind(admin: Person) -> None:
    id = (await made(admin))["id"]
    defined = (
        ("size", "choice", ["s", "m"], "m", "xl"),
        ("since", "date", [], "2026-11-22", "22.11.2026"),
        ("score", "number", [], 3.5, True),
        ("member", "boolean", [], True, "yes"),
        ("nick", "text", [], "Ai", ""),
    )
    for key, kind, options, good, bad in defined:
        wish = {"owner": "contact", "key": key, "name": {"en": key}, "kind": kind}
        status, _ = await admin.call("PUT", "/contact-attributes", {**wish, "options": options})
        assert status == 200
        path = f"/contacts/{id}"
        status, problem = await admin.call("PATCH", path, {"attributes": {key: bad}})
        assert (status, problem["field"]) == (422, f"attributes.{key}")
        status, card = await admin.call("PATCH", path, {"attributes": {key: good}})
        assert (status, card["attributes"][key]) == (200, good)
    _, card = await admin.call("PATCH", f"/contacts/{id}", {"attributes": {"size": None}})
    assert "size" not in card["attributes"]
    other = {"owner": "contact", "key": "score", "name": {"en": "x"}, "kind": "text"}
    assert (await admin.call("PUT", "/contact-attributes", other))[0] == 409


async def test_the_timeline_tells_all_channels_newest_first(house: House, admin: Person) -> None:
    one, two = await house.telegram("One"), await house.telegram("Two")
    for number in range(1, 6):
        await house.say(one, 7, f"to one {number}", number)
    await house.say(two, 8, "to two", 9)
    await house.drained()
    tickets = (await admin.get("/tickets"))["items"]
    ticket = next(item for item in tickets if item["inbox_id"] == one)
    first = ticket["contact"]["id"]
    thread = (await admin.get(f"/tickets/{ticket['id']}/messages"))["items"]
    seen: list[tuple[str, str]] = []
    cursor = ""
    while cursor is not None:
        page = await admin.get(f"/contacts/{first}/timeline?limit=2&cursor={cursor}")
        seen += [
            (item["kind"], item["message"]["text"] if item["message"] else "")
            for item in page["items"]
        ]
        cursor = page["next_cursor"]
    assert [text for kind, text in seen if kind == "message"] == [
        message["text"] for message in thread
    ]
    assert len(thread) == 5
    assert sum(kind == "ticket" for kind, _ in seen) == 1
    jun = await house.person("jun@halden.example", inboxes=[two])
    assert (await jun.call("GET", f"/contacts/{first}/timeline"))[0] == 404
    assert (await jun.call("GET", f"/contacts/{first}"))[0] == 404
    listed = (await jun.get("/contacts"))["items"]
    assert [item["id"] for item in listed] == [
        item["contact"]["id"] for item in tickets if item["inbox_id"] == two
    ]


async def test_two_contacts_become_one_and_two_again(admin: Person) -> None:
    one = await made(admin, name="Aiko Tanaka", points=[point("a@x.example")])
    two = await made(admin, name="Tanaka Aiko", points=[point("a+shop@x.example")], vip=3)
    likely = await admin.get(f"/contacts/{one['id']}/duplicates")
    assert [(item["contact"]["id"], item["reasons"]) for item in likely["items"]] == [
        (two["id"], ["address", "name"])
    ]
    path, wish = f"/contacts/{one['id']}/merge", {"source_id": two["id"]}
    _, preview = await admin.call("POST", f"{path}/preview", wish)
    assert [item["field"] for item in preview["conflicts"]] == ["name"]
    assert (await admin.get(f"/contacts/{one['id']}"))["version"] == 1
    status, stale = await admin.call("POST", path, {**wish, "source_version": 7})
    assert (status, stale["type"]) == (409, "/problems/stale")
    _, merged = await admin.call("POST", path, {**wish, "version": 1, "source_version": 1})
    assert (len(merged["contact"]["points"]), merged["contact"]["vip"]) == (2, 3)
    assert (await admin.get(f"/contacts/{two['id']}"))["merged_into"] == one["id"]
    assert [item["id"] for item in (await admin.get("/contacts"))["items"]] == [one["id"]]
    status, problem = await admin.call("PATCH", f"/contacts/{two['id']}", {"vip": 1})
    assert (status, problem["type"]) == (409, "/problems/refused")
    _, apart = await admin.call("POST", f"/contact-merges/{merged['merge']['id']}/undo")
    assert (apart["kept"], apart["source"]["vip"], apart["target"]["vip"]) == ([], 3, 0)
    assert [one["key"] for one in apart["source"]["points"]] == ["mailto:a+shop@x.example"]
    listed = await admin.get(f"/contacts/{one['id']}/merges")
    assert listed["items"][0]["undone_at"]
