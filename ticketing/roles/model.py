"""Roles and teams as stored, and all of them together as they stand now."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from connectors.contract import InboxId

# Which tickets of the visible inboxes: all; my teams' and my own; my own. "My own": I am the owner
# or a follower.
Reach = Literal["all", "team", "own"]
FieldRule = Literal["hidden", "masked", "read_only"]


class Role(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What its holders may do and see. ``permissions`` are names of ``permissions.Action``.

    ``organisation_ids`` and ``type_ids``, where given, are the only ones whose tickets are seen
    ("" stands for tickets without one). ``fields`` is by the name of a ticket's field;
    "fields.<id>" is a custom one.
    """

    id: str = msgspec.field(name="_id")
    v: int = 1
    version: int = 0
    name: str
    permissions: tuple[str, ...] = ()
    reach: Reach = "all"
    organisation_ids: tuple[str, ...] | None = None
    type_ids: tuple[str, ...] | None = None
    fields: dict[str, FieldRule] = {}
    updated_at: datetime | None = None


class Team(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """People who share work; members see its ``inbox_ids`` beside their own.

    ``used`` says that a ticket was once given to it. A team that is deleted stays as a sign:
    ``replaced_by`` names who has its tickets.
    """

    id: str = msgspec.field(name="_id")
    v: int = 1
    version: int = 0
    name: str
    inbox_ids: tuple[InboxId, ...] = ()
    used: bool = False
    replaced_by: str = ""
    updated_at: datetime | None = None


class Configured(msgspec.Struct, frozen=True, kw_only=True):
    """What else decides: the ids of ``sensitive`` custom fields, which only a permission of its own
    lets read, by the id of a ticket type that is gone the one that took its place, and the same of
    organisations ("" where nothing did).
    """

    sensitive: frozenset[str] = frozenset()
    types: Mapping[str, str] = {}
    organisations: Mapping[str, str] = {}


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """All roles and teams as they stand."""

    roles: Mapping[str, Role]
    teams: Mapping[str, Team] = {}
    configured: Configured = Configured()

    def team(self, id: str) -> Team | None:
        """The team, or the one that took its place."""
        found = self.teams.get(id)
        for _ in range(len(self.teams)):
            if found is None or not found.replaced_by:
                break
            found = self.teams.get(found.replaced_by)
        return found

    def team_ids(self, ids: tuple[str, ...]) -> frozenset[str]:
        """These teams and all whose place they took: what a ticket of theirs may name."""
        current = {team.id for id in ids if (team := self.team(id))}
        heirs = {id for id in self.teams if (team := self.team(id)) and team.id in current}
        return frozenset(current | heirs)

    def type_ids(self, ids: tuple[str, ...]) -> frozenset[str]:
        """These ticket types and all whose place they took."""
        heirs = self.configured.types
        current = {heirs.get(id, id) for id in ids}
        return frozenset(current | {old for old, new in heirs.items() if new in current})

    def organisation_ids(self, ids: tuple[str, ...]) -> frozenset[str]:
        """These organisations and all whose place they took; for "" those whom nothing replaced."""
        heirs = self.configured.organisations
        current = {self.organisation(id) for id in ids}
        taken = {old for old in heirs if self.organisation(old) in current}
        orphans = {old for old in heirs if heirs.get(self.organisation(old)) == ""}
        return frozenset(current | taken | (orphans if "" in ids else set()))

    def organisation(self, id: str) -> str:
        """What took its place in the end; the last that there was, where nothing did."""
        heirs = self.configured.organisations
        for _ in range(len(heirs)):
            if not heirs.get(id):
                break
            id = heirs[id]
        return id
