"""Views on their way: agents and inboxes in their conditions go by address; pure."""

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec
from msgspec.structs import replace

from normalizer.model import AgentId
from ticketing.errors import Invalid
from ticketing.model import Agent, Inbox
from ticketing.portable.model import PortableView
from ticketing.views.fields import Custom, field_of
from ticketing.views.matching import first_wrong
from ticketing.views.model import ME, Condition, NoneOf, OneOf, SavedView, ViewId

PARTS = ("name", "scope", "all_of", "any_of", "sort", "columns", "position")
Translate = Callable[[str], str]


class People(msgspec.Struct, frozen=True, kw_only=True):
    """Who and what is on this site, by the address that stands in a bundle."""

    agents: Mapping[str, Agent]
    inboxes: Mapping[str, Inbox]


def portable(view: SavedView, people: People, custom: Custom) -> PortableView | None:
    """None: it is somebody's own, and stays. Who is not known here keeps their id."""
    if view.reach == "personal":
        return None
    mails = {one.id: mail for mail, one in people.agents.items()}
    places: dict[str, str] = {one.id: place for place, one in people.inboxes.items()}
    turned = _turned(
        view, custom, lambda id: mails.get(AgentId(id), id), lambda id: places.get(id, id)
    )
    return PortableView(
        id=view.id,
        reach=view.reach,
        owner=mails.get(view.owner_id, ""),
        team_id=view.team_id,
        **{name: getattr(turned, name) for name in PARTS},
    )


def taken(
    wanted: PortableView, before: SavedView | None, people: People, custom: Custom, now: datetime
) -> SavedView:
    """As it is stored here. Raises Invalid, naming the view and what it asks."""
    place = f"view/{wanted.id}"
    owner = people.agents.get(wanted.owner)
    view = SavedView(
        id=ViewId(wanted.id),
        version=before.version + 1 if before else 1,
        reach=wanted.reach,
        owner_id=before.owner_id if before else (owner.id if owner else AgentId("")),
        team_id=wanted.team_id,
        created_at=before.created_at if before else now,
        updated_at=now,
        **{name: getattr(wanted, name) for name in PARTS},
    )
    if not view.name.strip():
        raise Invalid(f"{place}.name", "give it a name")
    if wrong := first_wrong(view.conditions, custom):
        raise Invalid(f"{place}.{wrong[0]}", wrong[1])
    return _turned(view, custom, _agent_of(people, place), _inbox_of(people, place))


def _agent_of(people: People, place: str) -> Translate:
    def translate(mail: str) -> str:
        if mail == ME:
            return mail
        if mail not in people.agents:
            raise Invalid(place, f"asks for {mail!r}, who is not on this site")
        return people.agents[mail].id

    return translate


def _inbox_of(people: People, place: str) -> Translate:
    def translate(name: str) -> str:
        if name not in people.inboxes:
            raise Invalid(place, f"asks for the inbox {name!r}, which is not on this site")
        return people.inboxes[name].id

    return translate


def _turned(view: SavedView, custom: Custom, agent: Translate, inbox: Translate) -> SavedView:
    def turned(condition: Condition) -> Condition:
        if not isinstance(condition, OneOf | NoneOf):
            return condition
        field = field_of(condition.field, custom)
        if field is not None and field.kind == "agent":
            return replace(condition, values=tuple(map(agent, condition.values)))
        if condition.field == "inbox":
            return replace(condition, values=tuple(map(inbox, condition.values)))
        return condition

    return replace(
        view,
        all_of=tuple(map(turned, view.all_of)),
        any_of=tuple(map(turned, view.any_of)),
    )
