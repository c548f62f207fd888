"""The table of all channels in the documentation, from their manifests."""

from collections.abc import Iterable

from connectors.manifest import ActKind, Manifest
from connectors.registry import Installed

START, END = "<!-- channels: written by `parley channel table --into` -->", "<!-- /channels -->"
HEAD = (
    "| channel | how it comes in | tier | can | without code |\n| --- | --- | --- | --- | --- |\n"
)
SHOWN = {
    "media_in": "files in",
    "media_out": "files out",
    "templates": "templates",
    "quick_replies": "buttons",
    "reply_to": "reply to",
    "edits": "edits",
    "deletions": "deletions",
    "reactions": "reactions",
    "typing": "typing",
    "typing_out": "our typing",
    "echoes": "echoes",
}
ACTS: dict[ActKind, str] = {
    "edit": "our edits",
    "delete": "our deletions",
    "react": "our reactions",
}


def channel_table(installed: Iterable[Installed]) -> str:
    """Markdown, one line for each channel."""
    rows = [_row(one) for one in installed]
    return HEAD + "".join(rows)


def with_table(text: str, table: str) -> str:
    """``text`` with the table between its two marks. ValueError where they are missing."""
    before, found, rest = text.partition(START)
    _, closed, after = rest.partition(END)
    if not found or not closed:
        raise ValueError(f"the marks {START} and {END} are missing")
    return f"{before}{START}\n{table}{END}{after}"


def _row(one: Installed) -> str:
    manifest = one.manifest
    link = f"[{manifest.name}](../../connectors/channels/{one.folder.name}/README.md)"
    ways = ", ".join(manifest.transports)
    declared = "yes" if one.declared else ""
    return f"| {link} | {ways} | {manifest.tier} | {_can(manifest)} | {declared} |\n"


def _can(manifest: Manifest) -> str:
    receipts = [state for state in ("delivered", "read") if state in manifest.receipts]
    return ", ".join(
        [
            *receipts,
            *(text for name, text in SHOWN.items() if name in manifest.capabilities),
            *(_act(kind, manifest) for kind in manifest.acts.kinds),
        ]
    )


def _act(kind: ActKind, manifest: Manifest) -> str:
    limit = manifest.acts.limit(kind)
    until = f" ({limit.within_h:g} h)" if limit and limit.within_h is not None else ""
    return ACTS[kind] + until
