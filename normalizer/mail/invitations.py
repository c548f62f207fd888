"""Calendar invitations as facts to show: the few properties of RFC 5545 that people read."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from normalizer.mail import charset
from normalizer.mail.model import Invitation, MailAttachment

_MAX_EVENTS = 20
_MAX_SIZE = 500_000
_FOLDED = re.compile(r"\r?\n[ \t]")
_PROPERTY = re.compile(r"^([A-Za-z-]+)((?:;[^:;\"]*(?:\"[^\"]*\"[^:;\"]*)*)*):(.*)$")
_ZONE = re.compile(r";TZID=\"?([^;\":]+)\"?", re.I)
_ESCAPE = re.compile(r"\\([nN,;\\])")
_SHOWN = frozenset({"SUMMARY", "LOCATION", "ORGANIZER", "DTSTART", "DTEND", "STATUS"})


def is_calendar(file: MailAttachment) -> bool:
    return file.media_type == "text/calendar" or file.name.lower().endswith(".ics")


def read_invitations(content: bytes) -> tuple[Invitation, ...]:
    """The events of a calendar file, in order; what cannot be read is left out."""
    text = _FOLDED.sub("", charset.decode(content[:_MAX_SIZE], "utf-8")[0])
    method = ""
    found: list[Invitation] = []
    event: dict[str, tuple[str, str]] | None = None
    for line in text.splitlines():
        match = _PROPERTY.match(line)
        if not match:
            continue
        name, value = match[1].upper(), match[3].strip()
        if name == "METHOD":
            method = value.upper()
        elif (name, value.upper()) == ("BEGIN", "VEVENT"):
            event = {}
        elif (name, value.upper()) == ("END", "VEVENT") and event is not None:
            found.append(_invitation(event, method))
            event = None
        elif event is not None and name in _SHOWN:
            event.setdefault(name, (match[2], value))
    return tuple(found[:_MAX_EVENTS])


def _invitation(event: dict[str, tuple[str, str]], method: str) -> Invitation:
    def text(name: str) -> str:
        return _ESCAPE.sub(_unescaped, event.get(name, ("", ""))[1])

    return Invitation(
        method=method,
        summary=text("SUMMARY"),
        location=text("LOCATION"),
        organizer=re.sub(r"^mailto:", "", text("ORGANIZER"), flags=re.I),
        starts=_moment(event.get("DTSTART")),
        ends=_moment(event.get("DTEND")),
        all_day=len(event.get("DTSTART", ("", ""))[1]) == len("20260601"),
    )


def _unescaped(match: re.Match[str]) -> str:
    return "\n" if match[1] in "nN" else match[1]


def _moment(value: tuple[str, str] | None) -> datetime | None:
    """UTC; a time with an unknown zone, or none, reads as UTC, a date as its midnight in UTC."""
    if value is None:
        return None
    digits = value[1].rstrip("Z").replace("T", "").ljust(14, "0")
    try:
        moment = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        zone = _ZONE.search(value[0])
        if zone and not value[1].endswith("Z"):
            return moment.replace(tzinfo=ZoneInfo(zone[1])).astimezone(UTC)
    except (ZoneInfoNotFoundError, OSError):
        return moment
    except (ValueError, OverflowError):
        return None
    return moment
