"""Reading a channel.toml. Whatever is wrong with it is said with file, line and reason."""

import re
import tomllib
from pathlib import Path

import msgspec

from connectors.declarative import model
from connectors.declarative.compiling import Compiled, PlaceInvalid
from connectors.declarative.lines import line_of, path_of
from connectors.errors import ManifestInvalid

FILE = "channel.toml"
MAX_BYTES = 262_144
PLACE = re.compile(r" - at `(\$[^`]*)`$")
LINE = re.compile(r"\(at line (\d+), column \d+\)$")
UNKNOWN = re.compile(r"Object contains unknown field `([^`]+)`")


def load_channel(path: Path) -> Compiled:
    """The channel at ``path``, checked and compiled. Raises ManifestInvalid."""
    try:
        raw = path.read_bytes()
        text = raw.decode()
    except OSError as error:
        raise ManifestInvalid(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ManifestInvalid(f"{path}: not UTF-8: {error.reason}") from error
    if len(raw) > MAX_BYTES:
        raise ManifestInvalid(f"{path}: more than {MAX_BYTES} bytes")
    try:
        return read_channel(text)
    except ChannelInvalid as error:
        raise ManifestInvalid(f"{path}:{error.line}: {error.reason}") from error


class ChannelInvalid(ValueError):
    """What is wrong, and in which line of the text."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


def read_channel(text: str) -> Compiled:
    """A channel.toml's text. Raises ChannelInvalid."""
    try:
        values = tomllib.loads(text)
        return Compiled(msgspec.convert(values, model.ChannelFile))
    except tomllib.TOMLDecodeError as error:
        found = LINE.search(str(error))
        line = int(found[1]) if found else len(text.splitlines())
        raise ChannelInvalid(line, f"no TOML: {LINE.sub('', str(error)).strip()}") from error
    except msgspec.ValidationError as error:
        raise _of_validation(text, str(error)) from error
    except PlaceInvalid as error:
        name = ".".join(map(str, error.path))
        raise ChannelInvalid(line_of(text, error.path), f"{name}: {error}") from error


def _of_validation(text: str, message: str) -> ChannelInvalid:
    found = PLACE.search(message)
    path = path_of(found[1]) if found else ()
    reason = PLACE.sub("", message)
    unknown = UNKNOWN.search(reason)
    if unknown:
        path = (*path, unknown[1])
        reason = f"there is no {unknown[1]!r} here"
    name = ".".join(map(str, path))
    return ChannelInvalid(line_of(text, path), f"{name}: {reason}" if name else reason)
