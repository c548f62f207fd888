"""Which channels are installed: built in, other people's distributions, the operator's files.

A channel is a folder with ``manifest.toml`` and ``connector.py``; the latter has a ``Settings``
Struct and ``connect(account, http) -> Connector`` and is imported only when an inbox needs it. Or
it is a ``channel.toml`` and needs no code. Third parties bring theirs as a package named by an
entry point of the group ``parley.channels``; operators put files into ``channels.d/``, which is
looked at again while the process runs.
"""

import importlib
import importlib.util
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import msgspec

from connectors.contract import Account, Connector
from connectors.declarative.declared import Declared
from connectors.declarative.loading import FILE
from connectors.declarative.operator_files import Fault, OperatorFiles, cases_of
from connectors.errors import ManifestInvalid, UnknownChannel
from connectors.http import Http
from connectors.manifest import Manifest, load_manifest
from connectors.setting_fields import SettingField, parse_settings, setting_fields, signing_names

GROUP = "parley.channels"
BUILT_IN = Path(__file__).parent / "channels"
MANIFEST = "manifest.toml"


class Installed(msgspec.Struct, frozen=True, kw_only=True):
    """A channel on this machine: its folder, and the package or the file it is."""

    manifest: Manifest
    folder: Path
    package: str = ""
    declared: Declared | None = None

    @property
    def cases(self) -> Path:
        """Its recorded requests and replies."""
        return cases_of(self.declared.path if self.declared else self.folder / FILE)

    @property
    def readme(self) -> Path:
        """How to get the credentials."""
        return self.folder / "README.md"


class Registry:
    """All channels by id. Reading it imports no channel; using one imports that one."""

    def __init__(self, installed: Sequence[Installed], files: OperatorFiles | None = None) -> None:
        self._fixed: dict[str, Installed] = {}
        for one in installed:
            other = self._fixed.setdefault(one.manifest.id, one)
            if other is not one:
                raise ManifestInvalid(
                    f"channel id {one.manifest.id!r} is claimed by {other.folder} and {one.folder}"
                )
        self._installed: Mapping[str, Installed] = self._fixed
        self._files = files
        self._revisions: dict[str, int] = {}
        self.refresh()

    @classmethod
    def load(cls, channels_dir: Path | None = None) -> Self:
        """Every channel that is installed, and those of the operator's folder."""
        files = OperatorFiles(channels_dir) if channels_dir else None
        return cls([*_built_in(), *_third_party()], files)

    def refresh(self) -> bool:
        """Look at the operator's folder again; True when a channel is another now. May run in a
        thread: who asks meanwhile sees all of the old or all of the new.
        """
        if self._files is None or not self._files.refresh():
            return False
        merged = self._merged(self._files)
        changed = [
            id for id, one in merged.items() if _file_of(self._installed, id) != one.declared
        ]
        changed += self._installed.keys() - merged.keys()
        self._installed = merged
        for id in changed:
            self._revisions[id] = self._revisions.get(id, 0) + 1
        return bool(changed)

    def _merged(self, files: OperatorFiles) -> Mapping[str, Installed]:
        """A file whose id is another's loses it, and is what it was before."""
        merged = dict(self._fixed)
        for path, declared in files.channels.items():
            if not _added(merged, path, declared):
                reason = f"{path}: id {declared.manifest.id!r} is taken"
                before = files.withdraw(path, reason)
                if before is not None:
                    _added(merged, path, before)
        return merged

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The operator's files that are refused."""
        return self._files.faults if self._files else ()

    def revision(self, channel: str) -> int:
        """Grows whenever the channel's file was read anew: connectors of before are old."""
        return self._revisions.get(channel, 0)

    def knows(self, channel: str) -> bool:
        """Whether there is such a channel now."""
        return channel in self._installed

    def manifests(self) -> tuple[Manifest, ...]:
        """All of them, by id."""
        return tuple(self._installed[id].manifest for id in sorted(self._installed))

    def manifest(self, channel: str) -> Manifest:
        """The manifest of one channel, or UnknownChannel."""
        return self.installed(channel).manifest

    def installed(self, channel: str) -> Installed:
        """Where a channel lives, or UnknownChannel."""
        try:
            return self._installed[channel]
        except KeyError:
            raise UnknownChannel(channel) from None

    def settings_type(self, channel: str) -> type[msgspec.Struct]:
        """The channel's own ``Settings`` Struct."""
        installed = self.installed(channel)
        if installed.declared is not None:
            return installed.declared.settings_type()
        settings: type[msgspec.Struct] = _attribute(installed, "Settings")
        return settings

    def setting_fields(self, channel: str) -> tuple[SettingField, ...]:
        """What the admin form of an inbox of this channel asks for."""
        return setting_fields(self.settings_type(channel))

    def signing_settings(self, channel: str) -> tuple[str, ...]:
        """Names of the settings that hold the secret of incoming requests."""
        return signing_names(self.settings_type(channel))

    def parse_settings(self, channel: str, values: Mapping[str, Any]) -> msgspec.Struct:
        """Stored or typed values as the channel's Struct; SettingsInvalid names the field."""
        return parse_settings(self.settings_type(channel), values)

    def connect(self, account: Account, http: Http) -> Connector:
        """The connector of one inbox; ``account.settings`` is already the channel's Struct."""
        installed = self.installed(account.channel)
        if installed.declared is not None:
            return installed.declared.connect(account, http)
        connector: Connector = _attribute(installed, "connect")(account, http)
        return connector


def _added(merged: dict[str, Installed], path: Path, declared: Declared) -> bool:
    one = Installed(manifest=declared.manifest, folder=path.parent, declared=declared)
    return merged.setdefault(declared.manifest.id, one) is one


def _built_in() -> list[Installed]:
    folders = sorted(path for path in BUILT_IN.iterdir() if path.is_dir())
    return [
        _read(folder, f"connectors.channels.{folder.name}")
        for folder in folders
        if (folder / MANIFEST).is_file() or (folder / FILE).is_file()
    ]


def _third_party() -> list[Installed]:
    return [
        _read(_folder(point), point.module) for point in sorted(metadata.entry_points(group=GROUP))
    ]


def _folder(point: metadata.EntryPoint) -> Path:
    """The folder of the entry point's package, found without running the package."""
    spec = importlib.util.find_spec(point.module)
    if spec is None or not spec.submodule_search_locations:
        raise ManifestInvalid(f"entry point {point.name!r}: {point.module!r} is not a package")
    return Path(spec.submodule_search_locations[0])


def _read(folder: Path, package: str) -> Installed:
    if (folder / FILE).is_file():
        declared = Declared(folder / FILE)
        return Installed(manifest=declared.manifest, folder=folder, declared=declared)
    return Installed(manifest=load_manifest(folder / MANIFEST), folder=folder, package=package)


def _file_of(installed: Mapping[str, Installed], channel: str) -> Declared | None:
    return installed[channel].declared if channel in installed else None


def _attribute(installed: Installed, name: str) -> Any:  # noqa: ANN401 - another's module
    module: ModuleType = importlib.import_module(f"{installed.package}.connector")
    try:
        return getattr(module, name)
    except AttributeError:
        raise ManifestInvalid(f"{installed.folder / 'connector.py'} has no {name!r}") from None
