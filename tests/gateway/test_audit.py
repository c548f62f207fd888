"""Who did what is written down, whatever they did it with, and only auditors read it."""

from argparse import Namespace
from datetime import timedelta
from pathlib import Path

import pytest

from archive.model import Scope
from gateway.api.operations import OPERATIONS
from gateway.bootstrap.foundation import Foundation
from gateway.commands import archives, audit
from storage.ids import utc_now
from tests.gateway.house import House, Person
from tests.gateway.test_merging import two_tickets
from ticketing.audit.store import AuditStore
from ticketing.reading.windows import FLOOR

# What a write leaves behind besides a fact; the reasons stand at the operations.
EVENTS = {"createTicket", "changeTicket", "joinTicket", "reply", "addNote", "undo", "retry"}
NOTHING = {"login", "logout", "markRead", "saveDraft", "deleteDraft", "upload"}


def test_every_write_is_audited() -> None:
    for operation in OPERATIONS:
        if operation.method == "GET":
            continue
        if operation.name in EVENTS:
            assert operation.audited == "events"
        elif operation.name in NOTHING:
            assert operation.audited == "none"


async def test_a_change_tells_who_from_where_before_and_after(admin: Person) -> None:
    wanted = {"email": "jun@halden.example", "name": "Jun Park", "role": "agent",
              "password": "a-long-password"}  # fmt: skip
    _, jun = await admin.call("POST", "/agents", wanted)
    await admin.call(
        "PATCH", f"/agents/{jun['id']}", {"role": "compliance", "password": "another-one-here"}
    )
    page = await admin.get(f"/audit?subject_id={jun['id']}")
    changed, made = page["items"]
    assert (changed["kind"], made["kind"]) == ("changeAgent", "createAgent")
    told = {one["field"]: (one["before"], one["after"]) for one in changed["changes"]}
    assert told["role"] == ("agent", "compliance")
    assert told["password_hash"] == ("•••", "•••")
    assert changed["actor"]["name"] == "Mira"
    assert changed["actor"]["ip"] == "127.0.0.1"
    assert changed["actor"]["via"].startswith("session:")
    assert "a-long-password" not in str(page)


async def test_a_ticket_change_stands_beside_it(house: House, admin: Person) -> None:
    await house.say(await house.telegram(), 7, "Guten Tag", 1)
    await house.drained()
    ticket = (await admin.get("/tickets"))["items"][0]
    change = {"priority": "high", "why": "leaves on Friday"}
    await admin.call("PATCH", f"/tickets/{ticket['id']}", change)
    found = (await admin.get(f"/audit?subject_id={ticket['id']}&kind=ticket"))["items"]
    assert [one["kind"] for one in found][:1] == ["ticket.changed"]
    assert found[0]["actor"]["request_id"]
    assert found[0]["why"] == "leaves on Friday"
    history = (await admin.get(f"/tickets/{ticket['id']}/events"))["items"]
    assert [one["why"] for one in history if one["why"]] == ["leaves on Friday"]


async def test_logins_and_refused_logins_are_facts(house: House, admin: Person) -> None:
    async with house.browser().request(
        "POST", "/api/v1/session", json={"email": "mira@halden.example", "password": "wrong-wrong"}
    ) as answer:
        assert answer.status == 401
    kinds = [one["kind"] for one in (await admin.get("/audit?kind=login"))["items"]]
    assert kinds == ["login.refused", "login"]


async def test_pages_hold_everything_once(admin: Person) -> None:
    for number in range(7):
        await admin.call(
            "POST", "/suppressions", {"address": f"a{number}@halden.example", "reason": "x"}
        )
    seen, cursor = [], ""
    while True:
        page = await admin.get(f"/audit?kind=addSuppression&limit=3{cursor}")
        seen += [one["id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert (len(seen), len(set(seen))) == (7, 7)


async def test_only_auditors_read_it(house: House) -> None:
    agent = await house.person("jun@halden.example", "agent")
    for path in ("/audit", "/audit/head", "/audit/export"):
        status, problem = await agent.call("GET", path)
        assert (status, problem["status"]) == (403, 403), path
    auditor = await house.person("lena@halden.example", "compliance")
    assert (await auditor.call("GET", "/audit"))[0] == 200


async def test_an_export_by_the_command_line_is_a_fact(
    base: Foundation, house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.person("mira@halden.example", "admin")
    for command in (archives, audit):
        monkeypatch.setattr(command, "load", lambda: base.settings)
    asked = Namespace(out=str(tmp_path / "a"), seen_by="mira@halden.example")
    scope = Scope(since=FLOOR, until=utc_now(), inboxes=None)
    assert await archives._export(asked, scope) == 0
    with (tmp_path / "audit.jsonl").open("xb") as file:
        assert await audit._export(file, FLOOR, utc_now()) == 0
    found = await AuditStore(base.mongo).facts(FLOOR, utc_now() + timedelta(minutes=1), 100)
    told = {one.kind: one for one in found}
    assert told["archive.exported"].actor.name == "Mira"
    assert told["audit.exported"].actor.via == told["archive.exported"].actor.via == "cli"
    assert "until" in {change.field for change in told["audit.exported"].changes}


async def test_who_sees_a_sensitive_value_is_written_down(house: House, admin: Person) -> None:
    field = {"names": {"en": "IBAN"}, "kind": "text", "sensitive": True}
    assert (await admin.call("PUT", "/fields/iban", field))[0] == 200
    one, two = await two_tickets(house, admin)
    lena = await house.person("lena@halden.example", "supervisor")
    jun = await house.person("jun@halden.example")
    await admin.call("PATCH", f"/tickets/{one}", {"fields": {"iban": "CH93 0076"}, "private": True})
    for who in (admin, admin, lena, jun):
        await who.call("GET", f"/tickets/{one}")
        await who.call("GET", f"/tickets/{two}")
    found = (await admin.get("/audit?kind=sensitive"))["items"]
    names = {entry["actor"]["id"] for entry in found}
    assert admin.id in names
    assert jun.id not in names  # it is masked, or not seen at all
    assert {entry["subject"]["id"] for entry in found} == {one}
    assert [change["field"] for change in found[0]["changes"]] == ["fields.iban"]
    assert len(found) == len(names)
    assert "CH93" not in str(found)
