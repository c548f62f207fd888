"""Role x relation over every operation, every live frame and the archive: what is hidden is not
found and not mentioned, and what is not permitted is refused.
"""

import asyncio
import json
from pathlib import Path

import aiohttp
import pytest

from archive.export import export
from archive.model import Scope
from storage.ids import utc_now
from tests.gateway.house import House, Person
from tests.gateway.permission_rows import ROWS
from tests.gateway.permission_world import (
    BY_NAME,
    HIDDEN,
    MARKS,
    TRUSTED,
    World,
    a_world,
    about,
    asked,
)
from ticketing.errors import Forbidden
from ticketing.permissions import ACTIONS

NOT_FOUND, REFUSED = 404, 403


@pytest.fixture
async def world(house: House, admin: Person) -> World:
    return await a_world(house, admin)


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
    await world.house.indexed()
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
    await world.house.indexed()
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
