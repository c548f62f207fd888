"""Reading a channel.toml. Whatever is wrong with it is said with file, line and reason."""

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from connectors.declarative import model
from connectors.declarative.lines import line_of, path_of
from connectors.errors import ManifestInvalid

if TYPE_CHECKING:
    from connectors.declarative.compiling import Compiled

FILE = "channel.toml"
MAX_BYTES = 262_144
PLACE = re.compile(r" - at `(\$[^`]*)`$")
LINE = re.compile(r"\s*\(at line (\d+), column \d+\)$")
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
            line = line_of(self.text, error.path)
            raise ManifestInvalid(f"{self.path}:{line}: {name}: {error}") from error


def load_file(path: Path) -> ReadFile:
    """The file, its names and kinds checked. Raises ManifestInvalid."""
    text = _text(path)
    try:
        return ReadFile(path, text, msgspec.convert(tomllib.loads(text), model.ChannelFile))
    except tomllib.TOMLDecodeError as error:
        found = LINE.search(str(error))
        line = int(found[1]) if found else len(text.splitlines())
        reason = LINE.sub("", str(error))
        raise ManifestInvalid(f"{path}:{line}: no TOML: {reason}") from error
    except msgspec.ValidationError as error:
        line, reason = _of_validation(text, str(error))
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


def _of_validation(text: str, message: str) -> tuple[int, str]:
    found = PLACE.search(message)
    path = path_of(found[1]) if found else ()
    reason = PLACE.sub("", message)
    unknown = UNKNOWN.search(reason)
    if unknown:
        path = (*path, unknown[1])
        reason = f"there is no {unknown[1]!r} here; the guide lists what there is"
    name = ".".join(map(str, path))
    return line_of(text, path), f"{name}: {reason}" if name else reason
