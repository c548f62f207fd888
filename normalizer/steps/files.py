"""Files that a provider keeps for us: listed now, fetched by a job of their own."""

from msgspec.structs import replace

from connectors.events import MediaRef
from normalizer.model import Draft, File
from normalizer.steps.source import Source

_TYPE_OF_KIND = {
    "image": "image/*",
    "audio": "audio/*",
    "voice": "audio/*",
    "video": "video/*",
    "sticker": "image/*",
    "file": "application/octet-stream",
}
_MAX_FILES = 100


def describe_files(draft: Draft, source: Source) -> Draft:
    """Each reference becomes a pending file; ``source`` is what its connector fetches it by."""
    refs = [one for one in source.message.attachments if one.kind in _TYPE_OF_KIND][:_MAX_FILES]
    if not refs:
        return draft
    start = len(draft.files)
    described = tuple(_file(ref, start + number) for number, ref in enumerate(refs))
    return replace(draft, files=(*draft.files, *described))


def _file(ref: MediaRef, number: int) -> File:
    return File(
        id=f"f{number}",
        kind=ref.kind,
        name=ref.name or f"{ref.kind}-{number + 1}",
        media_type=ref.media_type or _TYPE_OF_KIND[ref.kind],
        size=ref.size or 0,
        state="pending",
        source=ref.url or ref.ref,
    )
