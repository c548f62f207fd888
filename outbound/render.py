"""A reply in the words that its channel has: pure, and honest about what it lost."""

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from html import escape

import msgspec
import nh3

from connectors.kit.gsm import sms_length
from connectors.manifest import LengthUnit, Manifest
from normalizer.model import File
from outbound.errors import CannotReply

_TAGS = {
    *("a", "b", "blockquote", "br", "code", "div", "em", "h1", "h2", "h3", "hr", "i", "img"),
    *("li", "ol", "p", "pre", "s", "span", "strong", "sub", "sup", "table", "tbody", "td"),
    *("th", "thead", "tr", "u", "ul"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "width", "height"}}
QUOTED = 160  # characters of the line that is quoted
_SCHEMES = {"http", "https", "mailto", "tel", "cid"}

LENGTH: Mapping[LengthUnit, Callable[[str], int]] = {
    "chars": len,
    "utf16": lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2,
    "bytes": lambda text: len(text.encode("utf-8", "surrogatepass")),
    "sms": sms_length,
}


class Extras(msgspec.Struct, frozen=True, kw_only=True):
    """What a reply may have beside its words. ``quoted`` is what the answered message says."""

    files: tuple[File, ...] = ()
    quick_replies: tuple[str, ...] = ()
    quoted: str | None = None
    template: bool = False


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """What will be sent; ``warnings`` name what the channel could not carry."""

    text: str
    html: str | None
    subject: str
    quick_replies: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def render(
    manifest: Manifest, *, text: str, html: str | None, subject: str, extras: Extras
) -> Rendered:
    """Fit a reply to its channel; CannotReply where fitting would lose words or files."""
    if extras.template and not manifest.can("templates"):
        raise CannotReply("template", f"{manifest.name} has no templates.")
    if not text.strip() and not extras.files and not extras.template:
        raise CannotReply("text", "There is nothing to send yet.")
    words, lost = _degraded(manifest, text, extras)
    _check_length(manifest, words)
    _check_files(manifest, extras.files)
    keeps_html = manifest.can("html")
    if html is not None and not keeps_html:
        lost = ("formatting_removed", *lost)
    return Rendered(
        text=words,
        html=clean_html(html) if html is not None and keeps_html else None,
        # a subject is ours to begin with: where the channel has none, nobody misses it
        subject=subject if manifest.can("subject") else "",
        quick_replies=extras.quick_replies if manifest.can("quick_replies") else (),
        warnings=lost,
    )


def _degraded(manifest: Manifest, text: str, extras: Extras) -> tuple[str, tuple[str, ...]]:
    """What the channel has no shape for, in words: a quoted line, numbered choices."""
    lost = []
    if extras.quoted is not None and not manifest.can("reply_to"):
        first = next((line for line in extras.quoted.splitlines() if line.strip()), "")
        text = f"> {first.strip()[:QUOTED]}\n\n{text}"
        lost.append("reply_to_quoted")
    if extras.quick_replies and not manifest.can("quick_replies"):
        choices = (f"{number}. {label}" for number, label in enumerate(extras.quick_replies, 1))
        text = "\n".join((text, *choices))
        lost.append("buttons_numbered")
    return text, tuple(lost)


def clean_html(html: str) -> str:
    """What an editor may produce and a customer's mail program may show."""
    return nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES)


def html_of(text: str) -> str:
    """Plain text as the HTML alternative of a mail: paragraphs and line ends kept."""
    paragraphs = escape(text, quote=False).replace("\r\n", "\n").split("\n\n")
    return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in paragraphs)


def _check_length(manifest: Manifest, text: str) -> None:
    limits = manifest.limits
    if limits.max_chars is None or limits.splits:
        return
    length = LENGTH[limits.unit](text)
    if length > limits.max_chars:
        raise CannotReply(
            "text", f"{manifest.name} takes at most {limits.max_chars}; this text has {length}."
        )


def _check_files(manifest: Manifest, files: tuple[File, ...]) -> None:
    limits = manifest.limits
    if files and not manifest.can("media_out"):
        raise CannotReply("upload_ids", f"{manifest.name} takes no attachments.")
    if limits.attachments_max is not None and len(files) > limits.attachments_max:
        raise CannotReply(
            "upload_ids", f"{manifest.name} takes at most {limits.attachments_max} files at once."
        )
    together = sum(file.size for file in files)
    if limits.attachments_max_bytes is not None and together > limits.attachments_max_bytes:
        raise CannotReply(
            "upload_ids",
            f"{manifest.name} takes {limits.attachments_max_bytes} bytes of files in one message;"
            f" these have {together}.",
        )
    for file in files:
        _check_file(manifest, file)


def _check_file(manifest: Manifest, file: File) -> None:
    limits = manifest.limits
    if limits.attachment_max_bytes is not None and file.size > limits.attachment_max_bytes:
        raise CannotReply(
            "upload_ids",
            f"{file.name!r} is larger than the {limits.attachment_max_bytes} bytes"
            f" that {manifest.name} takes.",
        )
    kinds = limits.media_types
    if kinds and not any(fnmatchcase(file.media_type, kind) for kind in kinds):
        raise CannotReply(
            "upload_ids", f"{manifest.name} takes no files of type {file.media_type}."
        )
