"""An agent's preferences: everything is there, so what is asked and what is answered are one."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from normalizer.model import AgentId

Clock = Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]
ActionName = Annotated[str, Meta(pattern="^[a-zA-Z][a-zA-Z0-9_-]{0,39}$")]
KeyChord = Annotated[str, Meta(max_length=40)]
Weekday = Annotated[int, Meta(ge=1, le=7)]


class Alert(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one kind of notification is shown: in the page, by the desktop, with a sound."""

    page: bool
    desktop: bool
    sound: bool


class Alerts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By kind of notification."""

    mention: Alert
    assigned: Alert
    news: Alert
    send_failed: Alert
    woke: Alert
    not_sent: Alert


class Quiet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Do not disturb: on these ISO weekdays from ``begins`` to ``ends``, in the agent's own time
    zone; over midnight where it ends before it begins.
    """

    on: bool
    days: Annotated[tuple[Weekday, ...], Meta(max_length=7)]
    begins: Clock
    ends: Clock


class Keys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Shortcuts: whether there are any, and those that the agent gave other keys ("": none)."""

    on: bool
    remapped: Annotated[dict[ActionName, KeyChord], Meta(max_length=100)]


class Preferences(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``language`` and ``time_zone`` (IANA) "": as the browser has them. ``send_action`` is what
    Send does: send only, and solve, or wait for the customer.
    """

    language: Literal["", "en", "zh-CN"]
    theme: Literal["system", "light", "dark"]
    time_zone: Annotated[str, Meta(max_length=64)]
    send_action: Literal["send", "solved", "waiting"]
    keys: Keys
    alerts: Alerts
    quiet: Quiet


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """As stored; ``values`` may lack what was added since."""

    id: AgentId = msgspec.field(name="_id")
    v: int = 1
    values: dict[str, object]


DEFAULTS = Preferences(
    language="",
    theme="system",
    time_zone="",
    send_action="send",
    keys=Keys(on=True, remapped={}),
    alerts=Alerts(
        mention=Alert(page=True, desktop=True, sound=True),
        assigned=Alert(page=True, desktop=True, sound=False),
        news=Alert(page=True, desktop=False, sound=False),
        send_failed=Alert(page=True, desktop=True, sound=False),
        woke=Alert(page=True, desktop=True, sound=False),
        not_sent=Alert(page=True, desktop=True, sound=True),
    ),
    quiet=Quiet(on=False, days=(1, 2, 3, 4, 5, 6, 7), begins="20:00", ends="08:00"),
)
