"""Role x relation over every operation, every live frame and the archive: what is hidden is not
found and not mentioned, and what is not permitted is refused.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from archive.export import export
from archive.model import Scope
from gateway.api.operation import Operation
from gateway.api.operations import OPERATIONS
from normalizer.model import File
from storage.ids import utc_now
from tests.gateway.house import TOKEN, House, Person
from tests.gateway.permission_rows import ROWS, Row
from ticketing.errors import Forbidden
from ticketing.permissions import ACTIONS

BY_NAME = {one.name: one for one in OPERATIONS}
NOT_FOUND, REFUSED = 404, 403
TRUSTED = [one for one in ACTIONS if one not in {"administer", "configure", "tickets.private"}]
# a viewer's name is the relation that hides their ticket; what else is hidden from them follows
HIDDEN: Mapping[str, set[str]] = {
    "team": {"team", "inbox", "private", "organisation", "type"},
    "own": {"team", "own", "inbox", "private", "organisation", "type"},
    "inbox": {"inbox", "private"},
    "private": {"private"},
    "organisation": {"organisation", "private"},
    "type": {"type", "private"},
}
ROLES: Mapping[str, dict[str, Any]] = {
    "team": {"reach": "team"},
    "own": {"reach": "own"},
    "inbox": {},
    "private": {},
    "organisation": {"organisation_ids": [""]},
    "type": {"type_ids": [""]},
}
MARKS: Mapping[str, dict[str, Any]] = {
    "visible": {},
    "team": {"team_id": "elsewhere"},
    "own": {"team_id": "mine"},
    "inbox": {},
    "private": {"private": True, "team_id": "elsewhere"},
    "organisation": {"organisation_id": "<organisation_id>"},
    "type": {"type_id": "repairs"},
}


# who wrote in private is a person whom everybody may know who sees all people
NAMES = {"private": "Aiko"}


class Subject(msgspec.Struct):
    """A ticket and what belongs to it."""

    ticket: str
    number: int
    message: str
    conversation_id: str
    contact: str
    inbox_id: str
    organisation: str
    asset: str

    def id_of(self, about: str) -> str:
        """The id that a path of this kind takes."""
        return {
            "ticket": self.ticket,
            "message": self.message,
            "contact": self.contact,
            "organisation": self.organisation,
            "asset": self.asset,
            "inbox": self.inbox_id,
        }.get(about, "nothing")


class World:
    """One visible ticket, one hidden ticket per relation, and who does not see it."""

    def __init__(self, house: House, admin: Person) -> None:
        self.house = house
        self.admin = admin
        self.subjects: dict[str, Subject] = {}
        self.viewers: dict[str, Person] = {}
        self.said = 0

    async def say(self, inbox_id: str, relation: str, text: str) -> None:
        """A customer whose name and words carry the relation."""
        self.said += 1
        sender = 100 + list(MARKS).index(relation)
        person = {
            "id": sender,
            "is_bot": False,
            "first_name": NAMES.get(relation, f"hush{relation}"),
        }
        update = {
            "update_id": self.said,
            "message": {
                "message_id": self.said,
                "date": int(utc_now().timestamp()),
                "text": text,
                "from": person,
                "chat": {"id": sender, "type": "private"},
            },
        }
        headers = {"X-Telegram-Bot-Api-Secret-Token": TOKEN}
        path = f"/hooks/telegram/{inbox_id}"
        async with self.house.browser().post(path, json=update, headers=headers) as answer:
            assert answer.status == 200

    async def made(self, path: str, body: object) -> dict[str, Any]:
        status, answer = await self.admin.call("POST", path, body)
        assert status == 201, answer
        return answer


async def a_world(house: House, admin: Person) -> World:
    world = World(house, admin)
    mine, theirs = await house.telegram("Mine"), await house.telegram("Theirs")
    organisation = (await world.made("/organisations", {"name": "hushorganisation"}))["id"]
    elsewhere = await world.made("/teams", {"name": "Elsewhere"})
    team = await world.made("/teams", {"name": "Team"})
    for relation in MARKS:
        inbox = theirs if relation == "inbox" else mine
        await world.say(inbox, relation, f"hush {relation}words")
        await house.drained()
    rows = {row["contact"]["name"]: row for row in (await admin.get("/tickets"))["items"]}
    ids = {"elsewhere": elsewhere["id"], "mine": team["id"], "<organisation_id>": organisation}
    for relation, marks in MARKS.items():
        row = rows[NAMES.get(relation, f"hush{relation}")]
        whole = await admin.get(f"/tickets/{row['id']}")
        message = await _answered(world, whole)
        world.subjects[relation] = Subject(
            ticket=row["id"],
            number=row["number"],
            message=message,
            conversation_id=whole["conversations"][0]["id"],
            contact=row["contact"]["id"],
            inbox_id=row["inbox_id"],
            organisation=organisation,
            asset=await _owned(world, relation, row["contact"]["id"], organisation),
        )
        values = {name: ids.get(value, value) for name, value in marks.items()}
        await _set(house, row["id"], values | {"tags": [f"hush{relation}"]})
    for relation, limits in ROLES.items():
        role = {"name": f"R {relation}", "permissions": TRUSTED, **limits}
        role_id = (await world.made("/roles", role))["id"]
        inboxes = [mine] if relation == "inbox" else None
        who = await house.person(f"{relation}@halden.example", role_id, inboxes)
        world.viewers[relation] = who
    members = {"member_ids": [one.id for one in world.viewers.values()]}
    await admin.call("PATCH", f"/teams/{team['id']}", members)
    followers = [one.id for one in world.viewers.values()]
    await _set(house, world.subjects["visible"].ticket, {"followers": followers})
    return world


async def _answered(world: World, ticket: dict[str, Any]) -> str:
    """A reply with HTML and a file, so that everything can be asked of it."""
    place = ticket["conversations"][0]["id"]
    body = {"conversation_id": place, "text": "hush", "send_anyway": True}
    sent = await world.made(f"/tickets/{ticket['id']}/replies", body)
    blob = await world.house.base.blobs.put(b"hush")
    file = File(
        id="x",
        kind="file",
        name="x",
        media_type="text/plain",
        sha256=blob.sha256,
        size=4,
        state="stored",
    )
    values = {"html": "<p>hush</p>", "files": [msgspec.to_builtins(file)]}
    messages = world.house.base.collections.messages
    await messages.update({"_id": sent["id"]}, {"$set": values})
    return str(sent["id"])


async def _owned(world: World, relation: str, contact: str, organisation: str) -> str:
    """Something that the customer has."""
    parts = {"organisation_id": organisation} if relation == "organisation" else {}
    name = NAMES.get(relation, f"hush{relation}")
    body = {"type": "tent", "name": name, "contact_id": contact, **parts}
    return str((await world.made("/assets", body))["id"])


async def _set(house: House, ticket: str, values: dict[str, Any]) -> None:
    """As ingest, migrations or other packages would have left it."""
    if values:
        await house.base.collections.tickets.update({"_id": ticket}, {"$set": values})
        await house.base.counts.look_again([ticket])


@pytest.fixture
async def world(house: House, admin: Person) -> World:
    return await a_world(house, admin)


def asked(operation: Operation, row: Row, it: Subject, visible: Subject, me: str) -> tuple:
    """Method, path and body of a call about ``it``."""
    given = {
        "id": it.id_of(row.about),
        "mode": "note",
        "agent_id": me,
        "file_id": "x",
        "item_id": "x",
        "note_id": "x",
        "canned_id": "x",
        "link_id": "x",
    }
    names = {
        "<visible_id>": visible.ticket,
        "<visible_contact>": visible.contact,
        "<conversation_id>": it.conversation_id,
        "<message_id>": it.message,
        "<inbox_id>": it.inbox_id,
    }
    path, body = operation.path.format(**given), json.dumps(row.body)
    query = row.query
    for name, value in names.items():
        body, query = body.replace(name, value), query.replace(name, value)
    return operation.method, path + query, json.loads(body)


def about(*kinds: str) -> Iterator[tuple[Operation, Row]]:
    for name, row in ROWS.items():
        if row.about in kinds and name in BY_NAME:
            yield BY_NAME[name], row


def test_every_operation_has_a_row() -> None:
    assert BY_NAME.keys() == ROWS.keys()


async def test_what_is_hidden_is_not_found(world: World) -> None:
    """Also that the same viewers find what is theirs: no call here fails for another reason."""
    wrong = []
    visible = world.subjects["visible"]
    for relation, who in world.viewers.items():
        assert (await who.call("GET", f"/tickets/{visible.ticket}"))[0] == 200, relation
        hidden = world.subjects[relation]
        kinds = ["ticket", "message"] + (["contact", "asset"] if relation != "private" else [])
        kinds += [relation] if relation in {"organisation", "inbox"} else []
        for operation, row in about(*kinds):
            method, path, body = asked(operation, row, hidden, visible, who.id)
            status, answer = await who.call(method, path, body)
            told = str(answer).replace(hidden.ticket, "")
            if status != NOT_FOUND or "hush" in told:
                wrong.append((relation, operation.name, status, told[:200]))
    assert not wrong, "\n".join(map(str, wrong))


async def test_what_is_hidden_is_no_target(world: World) -> None:
    """The other way round: from a visible ticket to a hidden one."""
    visible = world.subjects["visible"]
    for relation, who in world.viewers.items():
        target = {"target_id": world.subjects[relation].ticket}
        for step in ("join", "merge", "merge/preview"):
            path = f"/tickets/{visible.ticket}/{step}"
            status, answer = await who.call("POST", path, target)
            assert status == NOT_FOUND, (relation, step, status, answer)


async def test_a_merge_is_undone_by_who_sees_both(world: World) -> None:
    one, two = world.subjects["team"], world.subjects["private"]
    wish = {"target_id": two.ticket}
    status, done = await world.admin.call("POST", f"/tickets/{one.ticket}/merge", wish)
    assert status == 200, done
    path = f"/merges/{done['merges'][0]['id']}/undo"
    for relation, who in world.viewers.items():
        assert (await who.call("POST", path))[0] == NOT_FOUND, relation
    assert (await world.admin.call("POST", path))[0] == 200


async def test_lists_hold_what_is_visible_and_nothing_else(world: World) -> None:
    paths = [operation.path + row.query for operation, row in about("list")
             if operation.name != "live"]  # fmt: skip
    numbers = [one.number for one in world.subjects.values()]
    paths += [f"/tickets?view={view}" for view in ("open", "unassigned", "mine", "solved")]
    paths += ["/tickets?view=open&sort=waiting", "/contacts?q=hush", "/assets?q=tent"]
    paths += ["/search/suggest?q=hush", "/search/suggest?q=tag:"]
    paths += [f"/search?q=%23{number}" for number in numbers]
    wrong = []
    for relation, who in world.viewers.items():
        for path in paths:
            status, answer = await who.call("GET", path)
            assert status == 200, (relation, path, answer)
            told = answer.decode() if isinstance(answer, bytes) else json.dumps(answer)
            for other in HIDDEN[relation]:
                it = world.subjects[other]
                if path == "/organisations" and relation != "organisation":
                    continue  # only who sees some organisations does not know of the others
                if f"hush{other}" in told or f"{other}words" in told or it.ticket in told:
                    wrong.append((relation, path, other))
        for path in ("/tickets?view=open", "/search?q=visiblewords"):
            ids = str(await who.get(path))
            assert world.subjects["visible"].ticket in ids, (relation, path)
    assert not wrong, "\n".join(map(str, wrong))


async def test_counts_count_what_is_visible(world: World) -> None:
    for relation, who in world.viewers.items():
        listed = (await who.get("/tickets?view=open"))["items"]
        assert len(listed) == len(MARKS) - len(HIDDEN[relation]), relation
        views = {one["id"]: one["count"] for one in (await who.get("/views"))["items"]}
        assert views["open"] == len(listed), relation


async def test_who_lacks_the_permission_is_refused(world: World) -> None:
    """A role that may everything else."""
    wrong = []
    visible = world.subjects["visible"]
    role_id = (await world.made("/roles", {"name": "Nearly", "permissions": []}))["id"]
    who = await world.house.person("nearly@halden.example", role_id)
    for action in ACTIONS:
        others = {"permissions": [one for one in ACTIONS if one != action]}
        assert (await world.admin.call("PATCH", f"/roles/{role_id}", others))[0] == 200
        rows = [(o, r) for name, r in ROWS.items() if r.needs == action
                for o in [BY_NAME[name]] if not o.socket]  # fmt: skip
        for operation, row in rows:
            method, path, body = asked(operation, row, visible, visible, who.id)
            status, answer = await who.call(method, path, body)
            if status != REFUSED:
                wrong.append((operation.name, action, status, str(answer)[:200]))
    assert not wrong, "\n".join(map(str, wrong))


async def _frames_until(socket: aiohttp.ClientWebSocketResponse, word: str) -> list[dict]:
    seen: list[dict] = []
    async with asyncio.timeout(20):
        while word not in json.dumps(seen):
            seen.append(await socket.receive_json())
    return seen


async def test_live_frames_tell_of_what_is_visible(world: World) -> None:
    """Every kind: new messages, notes, changes, presence; then who is let out of a ticket."""
    sockets = {}
    for relation, who in world.viewers.items():
        sockets[relation] = await who.http.ws_connect("/api/v1/live")
        hidden = world.subjects[relation].ticket
        look = {"type": "presence", "ticket_id": hidden, "mode": "viewing"}
        await sockets[relation].send_json(look)
    admin = world.admin
    for relation, it in world.subjects.items():
        if relation != "visible":
            await world.say(it.inbox_id, relation, f"again {relation}words")
            await admin.call("POST", f"/tickets/{it.ticket}/notes", {"text": f"hush{relation}"})
            await admin.call("PATCH", f"/tickets/{it.ticket}", {"tags": [f"hush{relation}"]})
    await world.house.drained()
    await asyncio.sleep(0.5)
    visible = world.subjects["visible"]
    await admin.call("POST", f"/tickets/{visible.ticket}/notes", {"text": "the-end"})
    for relation, socket in sockets.items():
        frames = await _frames_until(socket, "the-end")
        told = json.dumps(frames)
        for other in HIDDEN[relation]:
            assert f"hush{other}" not in told, (relation, other)
            assert f"{other}words" not in told, (relation, other)
            assert world.subjects[other].ticket not in told, (relation, other)
    await admin.call("PATCH", f"/tickets/{visible.ticket}", {"private": True})
    await admin.call("DELETE", f"/tickets/{visible.ticket}/followers/{world.viewers['own'].id}")
    frames = await _frames_until(sockets["own"], '"gone"')
    assert frames[-1] == {**frames[-1], "type": "gone", "ticket_id": visible.ticket}
    for socket in sockets.values():
        await socket.close()


async def test_an_archive_holds_what_its_maker_sees(world: World, tmp_path: Path) -> None:
    base = world.house.base
    scope = Scope(since=utc_now().replace(year=2020), until=utc_now())
    for relation, who in world.viewers.items():
        agent = await base.auth.agents.get(who.id)
        assert agent is not None
        viewer = await base.access.viewer(agent)
        out = tmp_path / relation
        await export(base.mongo, base.blobs, base.journal, out, scope, tool="test",
                     now=utc_now(), viewer=viewer)  # fmt: skip
        told = "".join(one.read_text() for one in out.glob("*.jsonl"))
        assert "visiblewords" in told
        for other in HIDDEN[relation]:
            assert f"hush{other}" not in told, (relation, other)
            assert f"{other}words" not in told, (relation, other)
    light = await base.auth.agents.get((await world.house.person("l@halden.example", "light")).id)
    assert light is not None
    with pytest.raises(Forbidden):
        await export(base.mongo, base.blobs, base.journal, tmp_path / "light", scope, tool="test",
                     now=utc_now(), viewer=await base.access.viewer(light))  # fmt: skip


HUSHED, LAST = "sentinel-hidden-value", "sentinel-masked-9"
KEPT_FROM_ROLE = {"fields.secret": "hidden", "tags": "hidden", "priority": "read_only"}


async def a_hidden_field(world: World) -> tuple[Person, str]:
    """A ticket whose hidden and masked fields have changed, and an agent of the role."""
    for id, sensitive in (("secret", False), ("iban", True)):
        field = {"names": {"en": id}, "kind": "text", "sensitive": sensitive, "version": 0}
        status, answer = await world.admin.call("PUT", f"/fields/{id}", field)
        assert status == 200, answer
    role = {"name": "Kept out", "permissions": TRUSTED, "fields": KEPT_FROM_ROLE}
    role["permissions"] = [one for one in ACTIONS if one != "fields.sensitive"]
    role_id = (await world.made("/roles", role))["id"]
    who = await world.house.person("kept@halden.example", role_id)
    ticket = world.subjects["visible"].ticket
    for turn in ("1", "2"):
        values = {"secret": HUSHED + turn, "iban": LAST + turn}
        change = {"fields": values, "tags": [HUSHED + turn]}
        status, answer = await world.admin.call("PATCH", f"/tickets/{ticket}", change)
        assert status == 200, answer
        assert HUSHED in json.dumps(answer)
        assert LAST in json.dumps(answer)
    return who, ticket


async def test_a_hidden_field_is_in_no_answer(world: World, tmp_path: Path) -> None:
    who, ticket = await a_hidden_field(world)
    visible = world.subjects["visible"]
    heard = []
    async with who.http.ws_connect("/api/v1/live") as socket:
        change = {"fields": {"secret": f"{HUSHED}3"}, "tags": [f"{HUSHED}3"]}
        assert (await world.admin.call("PATCH", f"/tickets/{ticket}", change))[0] == 200
        await world.admin.call("POST", f"/tickets/{ticket}/notes", {"text": "the-end"})
        heard = await _frames_until(socket, "the-end")
    answers: dict[str, object] = {"live": heard}
    for operation, row in about("ticket", "message", "contact", "list"):
        if operation.method == "GET" and not operation.socket:
            method, path, body = asked(operation, row, visible, visible, who.id)
            answers[path] = (await who.call(method, path, body))[1]
    for query in (HUSHED, f"tag:{HUSHED}3", f'"{HUSHED}3"', LAST):
        assert (await who.get(f"/search?q={query}"))["items"] == [], query
    status, answers["changed"] = await who.call("PATCH", f"/tickets/{ticket}", {"subject": "new"})
    assert status == 200
    wish = {"target_id": world.subjects["team"].ticket}
    answers["merge"] = await who.call("POST", f"/tickets/{ticket}/merge/preview", wish)
    base = world.house.base
    agent = await base.auth.agents.get(who.id)
    assert agent is not None
    scope = Scope(since=utc_now().replace(year=2020), until=utc_now())
    await export(base.mongo, base.blobs, base.journal, tmp_path / "out", scope, tool="test",
                 now=utc_now(), viewer=await base.access.viewer(agent))  # fmt: skip
    files = (tmp_path / "out").rglob("*")
    answers["archive"] = [str(one.read_bytes()) for one in files if one.is_file()]
    assert "visiblewords" in str(answers["archive"])
    leaks = [name for name, answer in answers.items() if HUSHED in str(answer)]
    assert leaks == []
    assert [name for name, answer in answers.items() if LAST in str(answer)] == []
    assert "••••92" in str(answers[f"/tickets/{ticket}"])


async def test_a_hidden_field_is_not_written_and_a_masked_one_is_revealed_with_a_trace(
    world: World,
) -> None:
    who, ticket = await a_hidden_field(world)
    path = f"/tickets/{ticket}"
    for change, status in (
        ({"tags": []}, 422),
        ({"fields": {"secret": "x"}}, 422),
        ({"fields": {"iban": "x"}}, 403),
        ({"priority": "low"}, 403),
    ):
        assert (await who.call("PATCH", path, change))[0] == status, change
    status, found = await who.call("POST", f"{path}/reveal", {"field": "fields.iban"})
    assert (status, found["value"]) == (200, f"{LAST}2")
    for field in ("fields.secret", "tags", "fields.none"):
        status, problem = await who.call("POST", f"{path}/reveal", {"field": field})
        assert (status, problem["field"]) == (422, "field"), field
    events = (await world.admin.get(f"{path}/events"))["items"]
    (looked,) = [one for one in events if one["kind"] == "field.revealed"]
    assert looked["actor"]["id"] == who.id
    assert looked["changes"] == [{"field": "fields.iban", "before": None, "after": None}]
    condition = {"op": "contains", "field": "fields.secret", "text": HUSHED}
    body = {"name": "Probe", "all_of": [condition]}
    status, problem = await who.call("POST", "/views", body)
    assert (status, "fields.secret" in str(problem)) == (422, True), problem
