"""What a file is to a reader, from its media type."""

import mimetypes

from connectors.events import MediaKind

KINDS: dict[str, MediaKind] = {"image": "image", "audio": "audio", "video": "video"}


def kind_of(media_type: str) -> MediaKind:
    """``image/jpeg`` -> ``image``; all that is not seen or heard is a ``file``."""
    return KINDS.get(media_type.partition("/")[0].strip().lower(), "file")


def kind_of_name(name: str) -> MediaKind:
    """By the ending, where nobody tells the media type."""
    return kind_of(mimetypes.guess_type(name.rpartition("/")[2])[0] or "")
