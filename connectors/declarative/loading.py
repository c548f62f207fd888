"""Reading a channel.toml. Whatever is wrong with it is said with file, line and reason."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from connectors.declarative import model
from connectors.declarative.lines import line_holding, line_of, path_of
from connectors.declarative.suggestions import choices_at, name_like
from connectors.errors import ManifestInvalid

if TYPE_CHECKING:
    from connectors.declarative.compiling import Compiled

FILE = "channel.toml"
MAX_BYTES = 262_144
PLACE = re.compile(r" - at `(\$[^`]*)`$")
LINE = re.compile(r"\s*\(at line (\d+), column \d+\)$")
MISSING = re.compile(r"^Object missing required field `([^`]+)`$")
WRONG_KIND = re.compile(r"^Expected `([^`]+)`, got `([^`]+)`$")
KINDS = {
    "object": "a table",
    "array": "a list",
    "str": "a text",
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
}
WRONG_WORD = re.compile(r"^Invalid (?:enum )?value ('[^']*')$")
UNKNOWN = re.compile(r"Object contains unknown field `([^`]+)`")


class ReadFile(msgspec.Struct, frozen=True):
    """A channel.toml and its text."""

    path: Path
    text: str
    file: model.ChannelFile

    def compile(self) -> "Compiled":
        """Raises ManifestInvalid."""
        from connectors.declarative.compiling import Compiled, PlaceInvalid

        try:
            return Compiled(self.file)
        except PlaceInvalid as error:
            name = ".".join(map(str, error.path))
            line = line_holding(self.text, line_of(self.text, error.path), _source(error))
            raise ManifestInvalid(f"{self.path}:{line}: {name}: {error}") from error


def load_file(path: Path) -> ReadFile:
    """The file, its names and kinds checked. Raises ManifestInvalid."""
    text, values = _text(path), dict[str, Any]()
    try:
        values = tomllib.loads(text)
        return ReadFile(path, text, msgspec.convert(values, model.ChannelFile))
    except tomllib.TOMLDecodeError as error:
        found = LINE.search(str(error))
        line = int(found[1]) if found else len(text.splitlines())
        reason = LINE.sub("", str(error))
        raise ManifestInvalid(f"{path}:{line}: no TOML: {reason}") from error
    except msgspec.ValidationError as error:
        line, reason = _of_validation(text, values, str(error))
        raise ManifestInvalid(f"{path}:{line}: {reason}") from error


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ManifestInvalid(f"{path}: {error.strerror}") from error
    if len(raw) > MAX_BYTES:
        raise ManifestInvalid(f"{path}: more than {MAX_BYTES} bytes")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ManifestInvalid(f"{path}:{line}: not UTF-8: {error.reason}") from error


def _source(error: BaseException) -> str:
    """The expression that was at fault, where it was one."""
    cause: BaseException | None = error
    while cause is not None and not hasattr(cause, "source"):
        cause = cause.__cause__
    return str(getattr(cause, "source", ""))


def _of_validation(text: str, values: Mapping[str, Any], message: str) -> tuple[int, str]:
    """Line and reason of msgspec's words."""
    found = PLACE.search(message)
    path = path_of(_named(values, found[1], message) if found else "")
    reason = PLACE.sub("", message)
    unknown = UNKNOWN.search(reason)
    if unknown:
        path = (*path, unknown[1])
        like = name_like(path)
        hint = f"perhaps {like!r}" if like else "the guide lists what there is"
        reason = f"there is no {unknown[1]!r} here; {hint}"
    wrong, words = WRONG_WORD.search(reason), choices_at(path)
    if wrong and words:
        reason = f"{wrong[1]} is none of {', '.join(words)}"
    reason = WRONG_KIND.sub(_kinds, MISSING.sub(r"\1 is missing", reason))
    name = ".".join(map(str, path))
    return line_of(text, path), f"{name}: {reason}" if name else reason


def _kinds(found: re.Match[str]) -> str:
    """The kinds of TOML in people's words."""
    wanted, got = (
        " or ".join(dict.fromkeys(KINDS.get(one, one) for one in kinds.split(" | ")))
        for kinds in found.groups()
    )
    return f"wanted {wanted}, got {got}"


def _named(values: Mapping[str, Any], place: str, message: str) -> str:
    """``$.settings[...].secret`` with the entry's own name: the one that fails when alone."""
    start, found, _ = place.removeprefix("$.").partition("[...]")
    entries = values.get(start)
    if not found or not isinstance(entries, dict):
        return place
    for name, entry in entries.items():
        try:
            msgspec.convert({**values, start: {name: entry}}, model.ChannelFile)
        except msgspec.ValidationError as error:
            if str(error) == message:
                return place.replace("[...]", f".{name}", 1)
    return place
