"""Shared locations in words: what is there, where it is, and a link to a map."""

from urllib.parse import quote

from msgspec.structs import replace

from connectors.events import MediaRef
from normalizer.model import Draft
from normalizer.steps.source import Source

MAP = "https://www.openstreetmap.org/?mlat={0}&mlon={1}#map=16/{0}/{1}"
_MAX_PLACES = 20


def name_places(draft: Draft, source: Source) -> Draft:
    """A location is no file that could be fetched: it becomes lines of the text."""
    places = [one for one in source.message.attachments if one.kind == "location"][:_MAX_PLACES]
    if not places:
        return draft
    return replace(draft, text="\n".join([draft.text, *map(_line, places)]).strip("\n"))


def _line(place: MediaRef) -> str:
    """``geo:1.5,-2`` (RFC 5870; parameters after ``;`` or ``?`` are left out)."""
    coordinates = place.url.removeprefix("geo:").partition(";")[0].partition("?")[0]
    latitude, _, longitude = coordinates.partition(",")
    link = MAP.format(quote(latitude.strip()), quote(longitude.partition(",")[0].strip()))
    named = " ".join(place.name.split())
    return f"📍 {named} {link}" if named else f"📍 {link}"
