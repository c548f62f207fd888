"""Reads a site's configuration as a bundle, and takes one over: whole or not at all."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from connectors.contract import InboxId
from storage.collection import Collection
from storage.events import Event
from storage.ids import derived_id
from storage.mongo import Session
from ticketing import facts
from ticketing.audit.model import Fact, Subject
from ticketing.audit.recording import Recorder, fact
from ticketing.catalogue.handlers import CatalogueCommands
from ticketing.catalogue.model import (
    Catalogue,
    Category,
    ContentT,
    Field,
    Form,
    Priorities,
    TicketTemplate,
    TicketType,
)
from ticketing.catalogue.store import CatalogueStore
from ticketing.errors import Invalid
from ticketing.model import Inbox
from ticketing.permissions import BUILT_IN, Viewer
from ticketing.portable.diff import steps
from ticketing.portable.model import (
    Bundle,
    PortableReply,
    PortableRole,
    PortableTeam,
    PortableView,
    Step,
)
from ticketing.portable.replies import Replies
from ticketing.portable.views import People, portable, taken
from ticketing.roles.current import access_of
from ticketing.roles.model import Role, Team
from ticketing.roles.policy import check_role
from ticketing.roles.store import RoleStore
from ticketing.transactions import Transactions
from ticketing.views.custom import KINDS, site_of
from ticketing.views.fields import Custom
from ticketing.views.meaning import current
from ticketing.views.model import SavedView, ViewId

MOST_INBOXES = 5_000
MOST_VIEWS = 1_000
ROLE_PARTS = ("name", "permissions", "reach", "organisation_ids", "type_ids", "fields")


class Portables:
    """``bundle``, ``plan`` and ``apply``."""

    def __init__(
        self,
        *,
        roles: RoleStore,
        views: Collection[SavedView],
        replies: Replies,
        catalogue: CatalogueStore,
        commands: CatalogueCommands,
        transactions: Transactions,
        record: Recorder,
    ) -> None:
        self._roles = roles
        self._views = views
        self._replies = replies
        self._catalogue = catalogue
        self._commands = commands
        self._transactions = transactions
        self._record = record

    async def bundle(self, session: Session | None = None) -> Bundle:
        """All of it, as it stands now."""
        known = await self._catalogue.read(0, session)
        people = await self._people(session)

        def of(kind: type[ContentT]) -> tuple[ContentT, ...]:
            return tuple(sorted(known.contents(kind), key=lambda one: one.id))

        ratings = [
            one.content for one in known.entries.values() if isinstance(one.content, Priorities)
        ]
        every_team = await self._roles.all_teams(session)
        site = site_of(known, access_of((), every_team))
        teams = [one for one in every_team if not one.replaced_by]
        return Bundle(
            fields=of(Field),
            forms=of(Form),
            types=of(TicketType),
            categories=of(Category),
            templates=of(TicketTemplate),
            priorities=ratings[0] if ratings else None,
            roles=tuple(_role(one) for one in await self._roles.all_roles(session)),
            teams=tuple(_team(one, people) for one in teams),
            views=tuple(
                found
                for one in await self._views.find({}, limit=MOST_VIEWS, session=session)
                if (found := portable(current(one, site), people, site.custom))
            ),
            canned=tuple(await self._replies.given([one.id for one in teams], session)),
        )

    async def plan(self, wanted: Bundle) -> tuple[tuple[Step, ...], tuple[str, ...]]:
        """What ``apply`` would change, and who or what in the bundle is not on this site."""
        here, people = await self.bundle(), await self._people()
        return steps(here, _joined(here, wanted, people)), _strangers(wanted, people)

    async def apply(self, viewer: Viewer, wanted: Bundle, now: datetime) -> tuple[Step, ...]:
        """What was changed. Who is not on this site is left out of its team. Invalid, Refused."""

        async def work(session: Session, events: list[Event]) -> tuple[Step, ...]:
            people = await self._people(session)
            here = await self.bundle(session)
            joined = _joined(here, wanted, people)
            done = [step for step in steps(here, joined) if step.deed != "only_here"]
            await self._commands.put_all(session, events, viewer, joined.contents, now)
            await self._take_roles(session, joined.roles, now)
            await self._take_teams(session, joined.teams, people, now)
            await self._take_views(session, joined.views, people, now)
            await self._take_replies(session, viewer, joined.canned, now)
            await self._record([_fact(step, viewer, now) for step in done], session)
            return tuple(done)

        done = await self._transactions.run(work)
        await self._commands.tell()
        return done

    async def _people(self, session: Session | None = None) -> People:
        agents = await self._roles.agents.find({}, limit=2_000, session=session)
        inboxes = await self._roles.inboxes.find({}, limit=MOST_INBOXES, session=session)
        return People(
            agents={one.email: one for one in agents},
            inboxes={_address(one): one for one in inboxes},
        )

    async def _take_roles(
        self, session: Session, wanted: Iterable[PortableRole], now: datetime
    ) -> None:
        for one in wanted:
            laid_down = {role.id: role for role in await self._roles.all_roles(session)}
            before = laid_down.get(one.id)
            if before is not None and _role(before) == one:
                continue
            if one.id == "admin":
                raise Invalid(f"roles/{one.id}", "administrators may and see everything")
            after = _taken(one, before, now)
            others = access_of(laid_down.values()).roles.values()
            try:
                check_role(after, [other for other in others if other.id != one.id])
            except Invalid as error:
                raise Invalid(f"roles/{one.id}.{error.field}", error.reason) from error
            await self._roles.roles.replace_many([after], session=session)

    async def _take_teams(
        self, session: Session, wanted: Iterable[PortableTeam], people: People, now: datetime
    ) -> None:
        known = {one.id: one for one in await self._roles.all_teams(session)}
        for one in wanted:
            before = known.get(one.id)
            if before is not None and before.replaced_by:
                raise Invalid(f"teams/{one.id}", "another team took its place here")
            if before is not None and _team(before, people) == one:
                continue
            names = {team.name.casefold() for team in known.values() if team.id != one.id}
            if not one.name.strip() or one.name.casefold() in names:
                raise Invalid(f"teams/{one.id}.name", "is empty, or another team's")
            after = replace(
                before or Team(id=one.id, name=""),
                name=one.name,
                version=(before.version if before else 0) + 1,
                inbox_ids=tuple(
                    InboxId(people.inboxes[place].id)
                    for place in one.inboxes
                    if place in people.inboxes
                ),
                updated_at=now,
            )
            known[one.id] = after
            await self._roles.teams.replace_many([after], session=session)
            members = [people.agents[mail].id for mail in one.members if mail in people.agents]
            await self._roles.set_members(one.id, members, session)

    async def _take_replies(
        self, session: Session, viewer: Viewer, wanted: Sequence[PortableReply], now: datetime
    ) -> None:
        teams = {one.id for one in await self._roles.all_teams(session) if not one.replaced_by}
        for one in wanted:
            if one.team_id and one.team_id not in teams:
                raise Invalid(f"canned/{one.id}.team_id", f"there is no team {one.team_id!r}")
        await self._replies.take(session, viewer, wanted, now)

    async def _take_views(
        self, session: Session, wanted: Iterable[PortableView], people: People, now: datetime
    ) -> None:
        known = await self._views.find({}, limit=MOST_VIEWS, session=session)
        before = {one.id: one for one in known}
        custom = _custom(await self._catalogue.read(0, session))
        for one in wanted:
            view = before.get(ViewId(one.id))
            if view is not None and view.reach == "personal":
                raise Invalid(f"view/{one.id}", "somebody here has a view of their own of this id")
            if view is None or portable(view, people, custom) != one:
                await self._views.replace_many(
                    [taken(one, view, people, custom, now)], session=session
                )


def _custom(known: Catalogue) -> Custom:
    return {field.id: KINDS[field.kind] for field in known.contents(Field)}


def _role(found: Role) -> PortableRole:
    fixed = found.id in BUILT_IN
    kept = [name for name in ROLE_PARTS if not (fixed and name in {"name", "permissions"})]
    return PortableRole(id=found.id, **{name: getattr(found, name) for name in kept})


def _taken(wanted: PortableRole, before: Role | None, now: datetime) -> Role:
    fixed = BUILT_IN.get(wanted.id)
    if fixed and (wanted.name or wanted.permissions):
        raise Invalid(f"roles/{wanted.id}", "a built-in role keeps its name and permissions")
    parts = {name: getattr(wanted, name) for name in ROLE_PARTS}
    if fixed:
        parts |= {"name": fixed.name, "permissions": fixed.permissions}
    version = (before.version if before else 0) + 1
    return Role(id=wanted.id, version=version, updated_at=now, **parts)


def _team(found: Team, people: People) -> PortableTeam:
    places = {one.id: place for place, one in people.inboxes.items()}
    members = [mail for mail, one in people.agents.items() if found.id in one.team_ids]
    return PortableTeam(
        id=found.id,
        name=found.name,
        members=tuple(sorted(members)),
        inboxes=tuple(sorted(places[id] for id in found.inbox_ids if id in places)),
    )


def _address(inbox: Inbox) -> str:
    return f"{inbox.channel}:{inbox.address or inbox.name}"


def _joined(here: Bundle, wanted: Bundle, people: People) -> Bundle:
    """The bundle as it can be taken over: teams keep who is in them, and get who is known here."""
    present = {one.id: one for one in here.teams}

    def team(one: PortableTeam) -> PortableTeam:
        before = present.get(one.id, PortableTeam(id=one.id, name=one.name))
        members = {*before.members, *(mail for mail in one.members if mail in people.agents)}
        inboxes = {*before.inboxes, *(place for place in one.inboxes if place in people.inboxes)}
        return replace(one, members=tuple(sorted(members)), inboxes=tuple(sorted(inboxes)))

    return replace(wanted, teams=tuple(map(team, wanted.teams)))


def _strangers(wanted: Bundle, people: People) -> tuple[str, ...]:
    members = {mail for team in wanted.teams for mail in team.members} - people.agents.keys()
    inboxes = {place for team in wanted.teams for place in team.inboxes} - people.inboxes.keys()
    return (*sorted(members), *sorted(inboxes))


def _fact(step: Step, viewer: Viewer, now: datetime) -> Fact:
    subject = Subject(kind=step.part, id=step.id, name=step.name)
    id = derived_id("config", now.isoformat(), step.part, step.id)
    return fact(f"config.{step.deed}", subject, facts.of_viewer(viewer), now, id=id)
