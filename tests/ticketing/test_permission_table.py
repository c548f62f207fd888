"""Role x action x relation as one table; and a filter of the store that judges as ``sees`` does."""

from collections.abc import Mapping
from typing import Any, get_args

import pytest
from msgspec.structs import replace

from connectors.contract import InboxId
from normalizer.model import AgentId, ContactId, TicketId
from storage.events import Actor, Change, Event, EventId
from storage.ids import utc_now
from storage.mongo import Mongo
from ticketing.amendments import TicketChange
from ticketing.errors import Forbidden, Invalid, NotFound
from ticketing.model import Agent, Ticket
from ticketing.permissions import (
    BUILT_IN,
    Action,
    Viewer,
    allowed,
    require,
    saw,
    sees,
    sees_everything,
    visible_where,
)
from ticketing.redaction import (
    DOTS,
    asked_for,
    check_change,
    masked,
    readable,
    revealed,
    shown,
    told,
)
from ticketing.roles.current import access_of
from ticketing.roles.model import Access, Configured, Role, Team

ME, TEAM, MINE = AgentId("me"), "team-mine", InboxId("inbox-mine")
NOW = utc_now()

# who -> what they may, a dash where they may not
ACTIONS: Mapping[str, str] = {
    #             admin supervisor agent light compliance
    "read": "            x x x x x",
    "change": "          x x x - -",
    "reply": "           x x x - -",
    "note": "            x x x x -",
    "join": "            x x x - -",
    "start": "           x x x - -",
    "bulk": "            x x x - -",
    "curate": "          x x - - -",
    "people": "          x x x - -",
    "import_contacts": " x x - - -",
    "export_contacts": " x x - - x",
    "tickets.private": " x x - - x",
    "fields.reveal": "   x x x - -",
    "fields.sensitive": "x - - - x",
    "configure": "       x - - - -",
    "audit.read": "      x x - - x",
    "export": "          x x - - x",
    "administer": "      x - - - -",
}
ROLES = ("admin", "supervisor", "agent", "light", "compliance")


def ticket(**more: Any) -> Ticket:
    plain = Ticket(
        id=TicketId("t"),
        version=1,
        number=1,
        subject="",
        status="open",
        open=True,
        priority="normal",
        assignee_id="",
        contact_id=ContactId("c"),
        inbox_id=MINE,
        inbox_ids=(MINE,),
        channel="telegram",
        created_at=NOW,
        updated_at=NOW,
        activity_at=NOW,
    )
    return replace(plain, **more)


RELATIONS: Mapping[str, Ticket] = {
    "nobody's": ticket(),
    "mine": ticket(assignee_id=ME),
    "followed": ticket(followers=(AgentId("you"), ME)),
    "my team's": ticket(team_id=TEAM),
    "another team's": ticket(team_id="team-theirs"),
    "another inbox's": ticket(inbox_id=InboxId("else"), inbox_ids=(InboxId("else"),)),
    "mine in another inbox": ticket(
        assignee_id=ME, inbox_id=InboxId("else"), inbox_ids=(InboxId("else"),)
    ),
    "joined of two inboxes": ticket(inbox_id=InboxId("else"), inbox_ids=(InboxId("else"), MINE)),
    "private of nobody": ticket(private=True),
    "private of my team": ticket(private=True, team_id=TEAM),
    "private of another team": ticket(private=True, team_id="team-theirs"),
    "private and mine": ticket(private=True, team_id="team-theirs", assignee_id=ME),
    "private and followed": ticket(private=True, followers=(ME,)),
    "another organisation's": ticket(organisation_id="org-theirs"),
    "my organisation's": ticket(organisation_id="org-mine"),
    "another type's": ticket(type_id="type-theirs"),
    "of another organisation, mine": ticket(organisation_id="org-theirs", assignee_id=ME),
}


def viewer(holds: Role, **more: Any) -> Viewer:
    agent = Agent(
        id=ME,
        email="m@halden.example",
        name="Mira",
        role=holds.id,
        team_ids=(TEAM,),
        all_inboxes=False,
        inbox_ids=(MINE,),
        created_at=NOW,
    )
    configured = Configured(sensitive=frozenset(more.pop("sensitive", ())))
    access = access_of([holds], [Team(id=TEAM, name="Mine")], configured)
    return Viewer.of(replace(agent, **more), access=access)


def custom(**more: Any) -> Role:
    return Role(id="r", name="R", permissions=("read", "change"), **more)


VIEWERS: Mapping[str, Viewer] = {
    "admin": viewer(BUILT_IN["admin"], all_inboxes=True),
    "supervisor": viewer(BUILT_IN["supervisor"]),
    "agent": viewer(BUILT_IN["agent"]),
    "team": viewer(custom(reach="team")),
    "own": viewer(custom(reach="own")),
    "one organisation": viewer(custom(organisation_ids=("org-mine",))),
    "site's own type": viewer(custom(type_ids=("",))),
    "gone": viewer(BUILT_IN["agent"], active=False),
    "role is gone": viewer(custom(), role="deleted", all_inboxes=True),
}
SEEN: Mapping[str, str] = {
    #                    admin supervisor agent team own organisation type gone role
    "nobody's": "                      x x x - - - x - -",
    "mine": "                          x x x x x - x - x",
    "followed": "                      x x x x x - x - x",
    "my team's": "                     x x x x - - x - -",
    "another team's": "                x x x - - - x - -",
    "another inbox's": "               x - - - - - - - -",
    "mine in another inbox": "         x - - - - - - - x",
    "joined of two inboxes": "         x x x - - - x - -",
    "private of nobody": "             x x - - - - - - -",
    "private of my team": "            x x x x - - x - -",
    "private of another team": "       x x - - - - - - -",
    "private and mine": "              x x x x x - x - x",
    "private and followed": "          x x x x x - x - x",
    "another organisation's": "        x x x - - - x - -",
    "my organisation's": "             x x x - - x x - -",
    "another type's": "                x x x - - - - - -",
    "of another organisation, mine": " x x x x x - x - x",
}


def test_roles_may_what_the_table_says() -> None:
    assert ACTIONS.keys() == set(get_args(Action))
    assert set(ROLES) == BUILT_IN.keys()
    for action, marks in ACTIONS.items():
        for role, mark in zip(ROLES, marks.split(), strict=True):
            may = allowed(viewer(BUILT_IN[role]), action)  # type: ignore[arg-type]
            assert may == (mark == "x"), (role, action)


def test_relations_are_seen_as_the_table_says() -> None:
    assert SEEN.keys() == RELATIONS.keys()
    for relation, marks in SEEN.items():
        for who, mark in zip(VIEWERS, marks.split(), strict=True):
            assert sees(VIEWERS[who], RELATIONS[relation]) == (mark == "x"), (who, relation)


def test_what_is_hidden_is_not_found_and_what_is_seen_may_be_forbidden() -> None:
    with pytest.raises(NotFound):
        require(VIEWERS["agent"], "read", RELATIONS["private of nobody"], "t")
    with pytest.raises(NotFound):
        require(VIEWERS["admin"], "read", None, "t")
    with pytest.raises(Forbidden):
        require(viewer(BUILT_IN["light"]), "change", RELATIONS["mine"], "t")
    with pytest.raises(Forbidden):
        require(VIEWERS["role is gone"], "read", RELATIONS["mine"], "t")


async def test_the_stores_filter_judges_the_same(mongo: Mongo) -> None:
    tickets = mongo.collection("tickets", Ticket)
    await tickets.insert_many(replace(one, id=TicketId(name)) for name, one in RELATIONS.items())
    for who, one in VIEWERS.items():
        found = {t.id for t in await tickets.find(visible_where(one), limit=100)}
        assert found == {name for name, t in RELATIONS.items() if sees(one, t)}, who


def test_a_replaced_organisation_keeps_its_tickets() -> None:
    heirs = {"a": "b", "b": "org-mine", "c": "d", "d": "", "x": "y"}
    access = Access(roles={}, configured=Configured(organisations=heirs))
    assert access.organisation_ids(("org-mine",)) == {"a", "b", "org-mine"}
    assert access.organisation_ids(("a",)) == {"a", "b", "org-mine"}
    assert access.organisation_ids(("d",)) == {"c", "d"}  # not those without an organisation
    assert access.organisation_ids(("",)) == {"", "c", "d"}
    circle = Access(roles={}, configured=Configured(organisations={"a": "b", "b": "a"}))
    assert "a" in circle.organisation_ids(("a",))  # comes to an end
    role = custom(organisation_ids=("org-mine",))
    agent = Agent(id=ME, email="m", name="M", role=role.id, all_inboxes=True, created_at=NOW)
    known = access_of([role], configured=Configured(organisations=heirs))
    assert sees(Viewer.of(agent, access=known), ticket(organisation_id="a"))


def test_a_replaced_team_keeps_its_tickets() -> None:
    teams = [
        Team(id="a", name="A", replaced_by="b"),
        Team(id="b", name="B", replaced_by=TEAM),
        Team(id=TEAM, name="Mine"),
        Team(id="x", name="Other"),
    ]
    access = access_of([], teams)
    assert access.team_ids((TEAM,)) == {"a", "b", TEAM}
    found = access.team("a")
    assert found is not None
    assert found.id == TEAM
    circle = access_of([], [Team(id="a", name="A", replaced_by="a")])
    assert circle.team("a") is not None  # comes to an end


def test_a_replaced_type_is_the_one_that_took_its_place() -> None:
    access = access_of([], [], Configured(types={"old": "new", "older": "new", "gone": ""}))
    assert access.type_ids(("old",)) == {"old", "older", "new"}
    assert access.type_ids(("new", "x")) == {"old", "older", "new", "x"}
    assert access.type_ids(("",)) == {"", "gone"}


def test_built_in_roles_keep_what_they_may() -> None:
    laid = Role(id="agent", name="Hacked", permissions=("administer",), reach="own")
    known = access_of([laid]).roles["agent"]
    assert (known.name, known.permissions, known.reach) == (
        "Agent",
        BUILT_IN["agent"].permissions,
        "own",
    )


def test_a_ticket_that_went_out_of_sight_was_seen_before() -> None:
    team = VIEWERS["team"]
    assert saw(team, RELATIONS["another team's"], {"team_id": TEAM})
    assert not saw(team, RELATIONS["another team's"], {"team_id": "team-third"})
    assert saw(VIEWERS["own"], RELATIONS["nobody's"], {"followers": "you, me"})
    assert saw(VIEWERS["agent"], RELATIONS["private of nobody"], {"private": ""})
    assert not saw(VIEWERS["agent"], RELATIONS["another inbox's"], {"private": ""})


FIELDS = {"iban": "DE8937040044", "pin": "1234", "vip": True, "codes": ("AB12345", "x"), "open": 7}
RULED = viewer(
    custom(fields={"fields.open": "hidden", "tags": "hidden", "priority": "read_only"}),
    sensitive=("iban", "pin", "vip", "codes"),
)


def test_fields_are_hidden_and_masked() -> None:
    whole = ticket(fields=FIELDS, tags=("secret",), priority="high")
    assert shown(VIEWERS["admin"], whole) is whole
    seen = shown(RULED, whole)
    assert seen.tags == ()
    assert seen.priority == "high"
    assert seen.fields == {
        "iban": f"{DOTS}44",
        "pin": DOTS,
        "vip": DOTS,
        "codes": (f"{DOTS}45", DOTS),
    }
    assert [readable(RULED, f"fields.{id}") for id in ("iban", "open", "other")] == [
        False,
        False,
        True,
    ]
    assert masked(123456789) == f"{DOTS}89"


def test_a_hidden_rule_is_stricter_than_a_sensitive_field() -> None:
    both = viewer(custom(fields={"fields.iban": "hidden"}), sensitive=("iban",))
    assert "iban" not in shown(both, ticket(fields=FIELDS)).fields
    lax = viewer(custom(fields={"fields.iban": "read_only"}), sensitive=("iban",))
    assert shown(lax, ticket(fields=FIELDS)).fields["iban"] == f"{DOTS}44"
    trusted = Role(id="r", name="R", permissions=("read", "fields.sensitive"))
    assert shown(viewer(trusted, sensitive=("iban",)), ticket(fields=FIELDS)).fields == FIELDS


def event(*changes: Change) -> Event:
    return Event(
        id=EventId("e"),
        kind="ticket.changed",
        ticket_id="t",
        inbox_id=MINE,
        actor=Actor(kind="agent", id="a"),
        at=NOW,
        changes=changes,
    )


def test_events_tell_nothing_that_is_hidden() -> None:
    hidden = Change(field="fields.open", before="1", after="2")
    assert told(RULED, event(hidden)) is None
    masked_one = Change(field="fields.iban", before=None, after="DE8937040044")
    seen = told(RULED, event(hidden, masked_one))
    assert seen is not None
    assert seen.changes == (Change(field="fields.iban", before=None, after=f"{DOTS}44"),)
    assert told(RULED, event()) == event()
    assert told(VIEWERS["admin"], event(hidden)) == event(hidden)


def test_fields_are_changed_only_by_who_may_read_them() -> None:
    before = ticket(fields=FIELDS)
    for after, error in (
        (replace(before, tags=("x",)), Invalid),
        (replace(before, fields={**FIELDS, "open": 8}), Invalid),
        (replace(before, fields={**FIELDS, "iban": "x"}), Forbidden),
        (replace(before, priority="low"), Forbidden),
    ):
        with pytest.raises(error):
            check_change(RULED, before, after)
        check_change(VIEWERS["admin"], before, after)
    # a priority that follows from what was asked for is not the agent's wish
    check_change(RULED, before, replace(before, priority="low"), ["subject"])
    check_change(RULED, before, replace(before, subject="new", fields={**FIELDS, "more": 1}))


def test_a_change_names_its_fields_as_rules_do() -> None:
    assert asked_for(TicketChange(tags=(), team_id=None)) == ["tags", "team_id"]


def test_a_masked_value_is_revealed_to_who_may_look() -> None:
    whole = ticket(fields=FIELDS)
    may_look = Role(id="r", name="R", permissions=("read", "fields.reveal"))
    looker = viewer(may_look, sensitive=("iban",))
    assert revealed(looker, whole, "fields.iban") == "DE8937040044"
    with pytest.raises(Forbidden):
        revealed(RULED, whole, "fields.iban")
    for field in ("fields.open", "fields.nothing", "tags"):
        with pytest.raises(Invalid):
            revealed(RULED, whole, field)


def test_only_who_sees_all_sees_everything() -> None:
    assert sees_everything(VIEWERS["admin"])
    for who in ("supervisor", "team", "own", "one organisation"):
        assert not sees_everything(VIEWERS[who])
    assert not sees_everything(viewer(BUILT_IN["agent"], all_inboxes=True))
    keeps = viewer(BUILT_IN["supervisor"], all_inboxes=True, sensitive=("iban",))
    assert not sees_everything(keeps)


def test_no_access_is_no_access() -> None:
    nobody = Viewer.of(
        Agent(id=ME, email="m", name="M", role="x", created_at=NOW), access=Access(roles={})
    )
    assert not any(allowed(nobody, action) for action in get_args(Action))
    assert not sees(nobody, ticket())
