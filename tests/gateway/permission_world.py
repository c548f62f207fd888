"""One visible ticket, one hidden ticket for each relation, and who does not see it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from gateway.api.operation import Operation
from gateway.api.operations import OPERATIONS
from normalizer.model import File
from storage.ids import utc_now
from tests.gateway.house import TOKEN, House, Person
from tests.gateway.permission_rows import ROWS, Row
from ticketing.permissions import ACTIONS

BY_NAME = {one.name: one for one in OPERATIONS}
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


def asked(operation: Operation, row: Row, it: Subject, visible: Subject, me: str) -> tuple:
    """Method, path and body of a call about ``it``."""
    given = {
        "id": it.id_of(row.about),
        "mode": "note",
        "agent_id": me,
        "file_id": "x",
        "item_id": "x",
        "field_id": "x",
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
