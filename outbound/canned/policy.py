"""Canned replies: who may see and keep them, which fit what was typed, how blanks are filled. Pure.

A blank that nobody can fill stays in the text and is named, so that it is seen before it is sent.
"""

import re
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from normalizer.model import AgentId
from outbound.canned.model import CannedReply, CannedWish, Filled, Scope
from outbound.texts import BLANK, BLANKS, check_texts
from ticketing.errors import Forbidden, Invalid, NotFound
from ticketing.model import Contact
from ticketing.permissions import Action, Viewer, allowed

SHARED = "shared"
TEAM = "team:"
CANNED_BLANKS = tuple(sorted({*BLANKS, "agent.first_name", "customer.first_name", "customer.name"}))
MAX_NAME = 100
_SHORTCUT = re.compile(r"[\w-]{1,40}\Z")
_MAY: Mapping[Scope, Action] = {"personal": "reply", "team": "reply", "shared": "curate"}


def own(agent_id: AgentId) -> str:
    """The keeper of an agent's own."""
    return f"agent:{agent_id}"


def keepers_of(viewer: Viewer) -> tuple[str, ...]:
    """Whose canned replies the viewer may see."""
    return (SHARED, own(viewer.agent_id), *(TEAM + id for id in sorted(viewer.team_ids)))


def keeper_of(viewer: Viewer, wish: CannedWish) -> str:
    """The keeper of what the viewer makes. Raises Invalid for a team that is not theirs."""
    if wish.scope == "shared":
        return SHARED
    if wish.scope == "personal":
        return own(viewer.agent_id)
    if wish.team_id not in viewer.team_ids:
        raise Invalid("team_id", "choose one of your own teams")
    return TEAM + wish.team_id


def team_of(found: CannedReply) -> str | None:
    """The team that keeps it."""
    return found.keeper.removeprefix(TEAM) if found.keeper.startswith(TEAM) else None


def scope_of(found: CannedReply) -> Scope:
    """As the interface says it."""
    if found.keeper == SHARED:
        return "shared"
    return "team" if found.keeper.startswith(TEAM) else "personal"


def seen(viewer: Viewer, found: CannedReply | None, id: str) -> CannedReply:
    """It, when it exists for the viewer; another agent's own does not."""
    if found is None or found.keeper not in keepers_of(viewer):
        raise NotFound("canned reply", id)
    return found


def may_keep(viewer: Viewer, scope: Scope) -> bool:
    """Whether the viewer may make and change such."""
    return allowed(viewer, _MAY[scope])


def require_keeping(viewer: Viewer, scope: Scope) -> None:
    """Raises Forbidden."""
    if not may_keep(viewer, scope):
        raise Forbidden(_MAY[scope])


def checked(wish: CannedWish) -> CannedWish:
    """Its name and shortcut without needless space. Raises Invalid, which names the field."""
    name = " ".join(wish.name.split())
    shortcut = wish.shortcut.strip().removeprefix("/")
    if not 0 < len(name) <= MAX_NAME:
        raise Invalid("name", f"between 1 and {MAX_NAME} characters")
    if shortcut and not _SHORTCUT.match(shortcut):
        raise Invalid("shortcut", "at most 40 letters, digits, - or _")
    if not any(text.strip() for text in wish.texts.values()):
        raise Invalid("texts", "a text in at least one language")
    check_texts(wish.texts, "texts", CANNED_BLANKS)
    return replace(wish, name=name, shortcut=shortcut)


def fitting(found: Iterable[CannedReply], q: str) -> list[CannedReply]:
    """Those that fit what was typed: by shortcut first, then by name, then by words."""
    asked = q.strip().removeprefix("/").casefold()
    ranked = [(rank, one) for one in found if (rank := _rank(one, asked)) is not None]
    ranked.sort(key=lambda pair: (pair[0], pair[1].name.casefold(), pair[1].id))
    return [one for _, one in ranked]


def _rank(found: CannedReply, asked: str) -> int | None:
    shortcut, name = found.shortcut.casefold(), found.name.casefold()
    fits = (
        shortcut == asked != "",
        shortcut.startswith(asked) and shortcut != "",
        name.startswith(asked),
        asked in name or asked in shortcut,
        any(asked in text.casefold() for text in found.texts.values()),
    )
    return next((rank for rank, fit in enumerate(fits) if fit), None)


def with_people(values: Mapping[str, str], contact: Contact, agent: str) -> dict[str, str]:
    """What an inbox's texts know, and what is known of customer and agent."""
    customer = "" if "@" in contact.name else contact.name.strip()  # an address is no name
    return {
        **values,
        "agent.first_name": first_name(agent),
        "customer.name": customer,
        "customer.first_name": first_name(customer),
    }


def first_name(name: str) -> str:
    """The first word; a Chinese name has no space and stays whole."""
    return next(iter(name.split()), "")


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """Each blank filled on the line that it stands in."""
    missing: dict[str, None] = {}

    def value(blank: re.Match[str]) -> str:
        known = " ".join(values.get(blank[1], "").split())
        if not known:
            missing[blank[1]] = None
        return known or blank[0]

    return Filled(text=BLANK.sub(value, text).strip(), missing=tuple(missing))
