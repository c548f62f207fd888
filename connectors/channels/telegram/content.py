"""What a Telegram message says: its words, and its files."""

from connectors.channels.telegram.payload import Media, Message
from connectors.events import MediaKind, MediaRef

GEO = "geo:"
GEO_TYPE = "application/geo+json"
KINDS: tuple[tuple[str, MediaKind, str], ...] = (  # field, kind, media type when none is given
    ("document", "file", ""),
    ("audio", "audio", "audio/mpeg"),
    ("video", "video", "video/mp4"),
    ("video_note", "video", "video/mp4"),
    ("voice", "voice", "audio/ogg"),
    ("sticker", "sticker", "image/webp"),
)


def text_of(message: Message) -> str | None:
    """The words, or what stands for them; None for a service message without any."""
    said = (message.text or message.caption, *(say(message) for say in STAND_INS))
    return next((text for text in said if text), None)


def attachments_of(message: Message) -> tuple[MediaRef, ...]:
    """Files by ``file_id``; of a photo the largest size; a place as a small GeoJSON file."""
    found = []
    if message.photo:
        best = max(message.photo, key=lambda size: size.file_size or 0)
        best = best if best.file_size else message.photo[-1]
        found.append(_ref(best, "image", "image/jpeg"))
    for field, kind, media_type in KINDS:
        media: Media | None = getattr(message, field)
        if media is not None:
            found.append(_ref(media, kind, media_type))
    place = message.location or (message.venue.location if message.venue else None)
    if place is not None:
        ref = f"{GEO}{place.latitude},{place.longitude}"
        found.append(MediaRef(kind="file", ref=ref, name="location.geojson", media_type=GEO_TYPE))
    return tuple(found)


def geojson(ref: str) -> bytes:
    """``geo:52.5,13.4`` (RFC 5870) as a GeoJSON point (RFC 7946: longitude first)."""
    latitude, _, longitude = ref.removeprefix(GEO).partition(",")
    return f'{{"type":"Point","coordinates":[{longitude},{latitude}]}}'.encode()


def _place(message: Message) -> str:
    venue = message.venue
    return ", ".join(part for part in (venue.title, venue.address) if part) if venue else ""


def _card(message: Message) -> str:
    card = message.contact
    return f"{f'{card.first_name} {card.last_name}'.strip()} ({card.phone_number})" if card else ""


def _form(message: Message) -> str:
    return message.web_app_data.data if message.web_app_data else ""


def _poll(message: Message) -> str:
    poll = message.poll
    return "\n".join([poll.question, *(f"- {o.text}" for o in poll.options)]) if poll else ""


def _dice(message: Message) -> str:
    return f"{message.dice.emoji} {message.dice.value}" if message.dice else ""


def _position(message: Message) -> str:
    place = message.location
    return f"{place.latitude},{place.longitude}" if place else ""


STAND_INS = (_place, _position, _card, _form, _poll, _dice)


def _ref(media: Media, kind: MediaKind, media_type: str) -> MediaRef:
    return MediaRef(
        kind=kind,
        ref=media.file_id,
        name=media.file_name,
        media_type=media.mime_type or media_type,
        size=media.file_size,
    )
