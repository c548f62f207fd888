"""What agents do to assets, and what they see of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from storage.events import Change, Event
from storage.ids import derived_id
from storage.mongo import Session
from ticketing import facts
from ticketing.assets.model import Asset, AssetChange, AssetId, AssetQuery, serial_key
from ticketing.assets.policy import TRACKED, amended
from ticketing.assets.store import MOST_TICKETS, AssetStore
from ticketing.errors import Forbidden, Invalid, NotFound, Refused
from ticketing.model import Ticket
from ticketing.people.visibility import Visible
from ticketing.permissions import Action, Viewer, allowed, sees, sees_everybody
from ticketing.reading.windows import (
    Cursor,
    Page,
    latest,
    newest_first,
    page_of,
    read_cursor,
)
from ticketing.redaction import readable
from ticketing.transactions import Transactions

MAX_TIES = 100  # assets of one moment


class Assets:
    """An asset is seen by whoever sees its owner and its organisation."""

    def __init__(self, store: AssetStore, visible: Visible, transactions: Transactions) -> None:
        self._store = store
        self._visible = visible
        self._transactions = transactions

    async def create(self, viewer: Viewer, wish: AssetChange, key: str, now: datetime) -> Asset:
        """``key`` is the caller's idempotency key: a repeated call gives the first asset."""
        _require(viewer, "people")
        id = AssetId(derived_id("asset", viewer.agent_id, key))
        blank = Asset(
            id=id,
            version=0,
            type="",
            name="",
            serial_key=serial_key("", id),
            created_at=now,
            updated_at=now,
        )

        async def work(session: Session, events: list[Event]) -> Asset:
            known = await self._store.assets.get(id, session)
            if known is not None:
                return known
            made = amended(blank, wish, now)
            if made is blank:
                raise Invalid("name", "an asset needs one")
            await self._check(session, blank, made)
            await self._store.assets.insert(made, session=session)
            events.append(_told("asset.created", blank, made, viewer, now))
            return made

        return await self._transactions.run(work)

    async def change(self, viewer: Viewer, id: str, change: AssetChange, now: datetime) -> Asset:
        """The asset after it. Raises Stale, Invalid, NotFound."""
        _require(viewer, "people")

        async def work(session: Session, events: list[Event]) -> Asset:
            before = await self._one(viewer, id, session)
            after = amended(before, change, now)
            if after is before:
                return before
            await self._check(session, before, after)
            await self._store.assets.replace_many([after], session=session)
            events.append(_told("asset.changed", before, after, viewer, now))
            return after

        return await self._transactions.run(work)

    async def delete(self, viewer: Viewer, id: str, replace_with: str, now: datetime) -> None:
        """Its tickets go over to ``replace_with``, which is needed where there are any."""
        _require(viewer, "people")

        async def work(session: Session, events: list[Event]) -> None:
            gone = await self._one(viewer, id, session)
            heir = await self._heir(viewer, gone, replace_with, session)
            linked = await self._store.tickets_of(id, MOST_TICKETS + 1, session)
            _check_free(gone, linked, heir)
            for ticket in linked:
                after = _relinked(ticket, id, heir, now)
                await self._store.tickets.replace_many([after], session=session)
                events.append(_told_of_ticket(ticket, after, viewer, now))
            await self._store.assets.delete({"_id": id}, session=session)
            change = (Change(field="replaced_by", after=heir or None),)
            actor = facts.of_viewer(viewer)
            events.append(
                facts.about(
                    "asset.deleted", id, cause="deleted", actor=actor, at=now, changes=change
                )
            )

        await self._transactions.run(work)

    async def one(self, viewer: Viewer, id: str) -> Asset:
        """NotFound also when it is hidden."""
        _require(viewer, "read")
        return await self._one(viewer, id, None)

    async def page(
        self, viewer: Viewer, query: AssetQuery, now: datetime
    ) -> tuple[list[Asset], str | None]:
        """Assets that the viewer sees, and where the next page begins."""
        _require(viewer, "read")
        if query.q.strip():
            found = await self._store.search(query)
            fits = [one for one in found if _belongs(one, query)]
            return (await self._seen(viewer, fits[: query.limit], None)), None
        page = await self._newest(query, now)
        return await self._seen(viewer, page.items, None), page.next_cursor

    async def _newest(self, query: AssetQuery, now: datetime) -> Page[Asset]:
        asked = {"contact_id": query.contact_id, "organisation_id": query.organisation_id}
        where = {name: id for name, id in asked.items() if id}

        async def fetch(since: datetime, until: datetime, wanted: int) -> list[Asset]:
            return await self._store.slice(where, since, until, wanted)

        count, cursor = query.limit + 1, read_cursor(query.cursor or None)
        if cursor is None:
            found = await latest(fetch, now, count)
        else:
            until = cursor.moment + timedelta(milliseconds=1)
            found = await newest_first(fetch, until, count + MAX_TIES)
            found = [one for one in found if (one.created_at, one.id) < (cursor.moment, cursor.id)]
        return page_of(found, query.limit, lambda one: Cursor(moment=one.created_at, id=one.id))

    async def of_ticket(self, viewer: Viewer, ticket: Ticket) -> list[Asset]:
        """Those that a ticket, as the viewer sees it, is linked to."""
        return await self._seen(viewer, await self._store.by_ids(ticket.asset_ids), None)

    async def tickets(self, viewer: Viewer, id: str) -> list[Ticket]:
        """The tickets of an asset that the viewer sees, newest first."""
        await self.one(viewer, id)
        if not readable(viewer, "asset_ids"):
            return []
        found = await self._store.tickets_of(id, MOST_TICKETS)
        seen = [one for one in found if sees(viewer, one)]
        return sorted(seen, key=lambda one: (one.created_at, one.id), reverse=True)

    async def _one(self, viewer: Viewer, id: str, session: Session | None) -> Asset:
        found = await self._store.assets.get(id, session)
        if found is None or not await self._seen(viewer, [found], session):
            raise NotFound("asset", id)
        return found

    async def _seen(
        self, viewer: Viewer, assets: Sequence[Asset], session: Session | None
    ) -> list[Asset]:
        if sees_everybody(viewer):
            return list(assets)
        owners = await self._store.contacts.by_ids(
            [one.contact_id for one in assets if one.contact_id], session=session
        )
        visible = {
            one.id for one in await self._visible.among(viewer, list(owners.values()), session)
        }
        lists = viewer.organisation_ids
        return [
            one
            for one in assets
            if (not one.contact_id or one.contact_id in visible)
            and (lists is None or one.organisation_id in lists)
        ]

    async def _check(self, session: Session, before: Asset, after: Asset) -> None:
        """Owner and organisation exist, and the serial number is nobody else's."""
        if after.contact_id != before.contact_id and after.contact_id:
            owner = await self._store.contacts.get(after.contact_id, session)
            if owner is None or owner.merged_into is not None:
                raise Invalid("contact_id", "there is no such contact")
        if after.organisation_id != before.organisation_id and after.organisation_id:
            found = await self._store.organisations.get(after.organisation_id, session)
            if found is None or found.gone:
                raise Invalid("organisation_id", "there is no such organisation")
        if after.serial_key != before.serial_key:
            same = await self._store.assets.find_one(
                {"serial_key": after.serial_key}, session=session
            )
            if same is not None and same.id != after.id:
                raise Invalid("serial", "another asset has it")

    async def _heir(self, viewer: Viewer, gone: Asset, id: str, session: Session) -> str:
        if not id:
            return ""
        heir = await self._store.assets.get(id, session)
        if heir is None or heir.id == gone.id or not await self._seen(viewer, [heir], session):
            raise Invalid("replace_with", "there is no other such asset")
        return heir.id


def _require(viewer: Viewer, action: Action) -> None:
    if not allowed(viewer, action):
        raise Forbidden(action)


def _belongs(asset: Asset, query: AssetQuery) -> bool:
    return query.contact_id in ("", asset.contact_id) and query.organisation_id in (
        "",
        asset.organisation_id,
    )


def _check_free(gone: Asset, linked: Sequence[Ticket], heir: str) -> None:
    if gone.held:
        raise Refused("a ticket's field names it: retire it instead")
    if len(linked) > MOST_TICKETS:
        raise Refused(f"more than {MOST_TICKETS} tickets are linked to it: retire it instead")
    if linked and not heir:
        raise Refused(f"{len(linked)} tickets are linked to it: say what takes its place")


def _relinked(ticket: Ticket, old: str, new: str, now: datetime) -> Ticket:
    ids = tuple(dict.fromkeys(new if id == old else id for id in ticket.asset_ids))
    return replace(
        ticket,
        asset_ids=ids,
        version=ticket.version + 1,
        updated_at=max(now, ticket.updated_at),
    )


def _told_of_ticket(before: Ticket, after: Ticket, viewer: Viewer, now: datetime) -> Event:
    return facts.fact(
        "ticket.changed",
        after,
        cause=f"v{after.version}",
        actor=facts.of_viewer(viewer),
        at=now,
        changes=facts.differences(before, after),
    )


def _told(kind: str, before: Asset, after: Asset, viewer: Viewer, now: datetime) -> Event:
    changes = tuple(
        Change(field=name, before=old or None, after=new or None)
        for name in TRACKED
        if (old := getattr(before, name)) != (new := getattr(after, name))
    )
    return facts.about(
        kind,
        after.id,
        cause=f"v{after.version}",
        actor=facts.of_viewer(viewer),
        at=now,
        changes=changes,
    )
