"""``channels.d/``: the operator's own channels, looked at again while the process runs.

A file is ``NAME.toml`` (its cases beside it in ``NAME.cases.toml``) or ``NAME/channel.toml`` (in
``NAME/fixtures/cases.toml``). A bad file is refused with its line and reason, and the version that
was read before stays in force.
"""

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from connectors.declarative.declared import Declared
from connectors.declarative.loading import FILE
from connectors.errors import ManifestInvalid
from connectors.metrics import CHANNEL_FILES

log = logging.getLogger(__name__)

MOST_FILES = 500
CASES = ".cases.toml"
Stamp = tuple[int, int, int]


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is not in force; ``kept`` says whether an older version of it is."""

    path: str
    reason: str
    kept: bool


class OperatorFiles:
    """The folder as it was read last. ``refresh`` may run in a thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stamps: dict[Path, Stamp] = {}
        self._missed: set[Path] = set()
        self._channels: dict[Path, Declared] = {}
        self._before: dict[Path, Declared] = {}
        self._faults: dict[Path, str] = {}

    @property
    def channels(self) -> Mapping[Path, Declared]:
        """What is in force, by file."""
        return self._channels

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is refused, and why."""
        return tuple(
            Fault(path=str(path), reason=reason, kept=path in self._channels)
            for path, reason in sorted(self._faults.items())
        )

    def withdraw(self, path: Path, reason: str) -> Declared | None:
        """What was read cannot be used (its id is another's): the version before it, if there is
        one that was used, is in force again.
        """
        self._refuse(path, reason)
        before = self._before.get(path)
        others = {p: one for p, one in self._channels.items() if p != path}
        self._channels = others if before is None else {**others, path: before}
        return before

    def _refuse(self, path: Path, reason: str) -> None:
        if self._faults.get(path) != reason:
            about = {"path": str(path), "reason": reason}
            log.error("%s is refused: %s", path.name, reason, extra=about)
        self._faults[path] = reason

    def refresh(self) -> bool:
        """Read what changed; True when something did."""
        found = self._found()
        changed = [path for path, stamp in found.items() if self._stamps.get(path) != stamp]
        for path in changed:
            self._stamps[path] = found[path]
            self._read(path)
        gone = self._gone(found.keys())
        CHANNEL_FILES.labels("in_force").set(len(self._channels))
        CHANNEL_FILES.labels("refused").set(len(self._faults))
        return bool(changed or gone)

    def _read(self, path: Path) -> None:
        try:
            channel = Declared(path)
            channel.compiled  # noqa: B018 - so that a fault shows now, not at the first message
        except ManifestInvalid as error:
            self._refuse(path, str(error))
            return
        self._faults.pop(path, None)
        if path in self._channels:
            self._before[path] = self._channels[path]
        self._channels = {**self._channels, path: channel}
        log.info("a channel file is in force", extra={"path": str(path)})

    def _gone(self, found: Iterable[Path]) -> bool:
        """Files that were missing twice: editors take one away for a moment when they save."""
        missing = self._stamps.keys() - set(found)
        gone = missing & self._missed
        self._missed = set(missing)
        for path in gone:
            del self._stamps[path]
            self._faults.pop(path, None)
            self._before.pop(path, None)
        self._channels = {p: one for p, one in self._channels.items() if p not in gone}
        return bool(gone)

    def _found(self) -> dict[Path, Stamp]:
        try:
            names = sorted(self.folder.iterdir())[:MOST_FILES]
        except OSError:
            return {}
        return {path: stamp for name in names if (path := _file(name)) and (stamp := _stamp(path))}


def cases_of(path: Path) -> Path:
    """Where the cases of a channel.toml are."""
    if path.name == FILE:
        return path.parent / "fixtures" / "cases.toml"
    return path.with_name(path.stem + CASES)


def _file(name: Path) -> Path | None:
    if name.suffix == ".toml":
        return None if name.name.endswith(CASES) else name
    return name / FILE


def _stamp(path: Path) -> Stamp | None:
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size, about.st_ino
