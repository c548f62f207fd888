"""What a file is to a reader, from its media type."""

from connectors.events import MediaKind

KINDS: dict[str, MediaKind] = {"image": "image", "audio": "audio", "video": "video"}


def kind_of(media_type: str) -> MediaKind:
    """``image/jpeg`` -> ``image``; all that is not seen or heard is a ``file``."""
    return KINDS.get(media_type.partition("/")[0].strip().lower(), "file")
