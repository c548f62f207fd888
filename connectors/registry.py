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
from connectors.errors import ManifestInvalid, UnknownChannel
from connectors.http import Http
from connectors.manifest import Manifest, load_manifest
from connectors.setting_fields import SettingField, parse_settings, setting_fields, signing_names

GROUP = "parley.channels"
BUILT_IN = Path(__file__).parent / "channels"


class Installed(msgspec.Struct, frozen=True, kw_only=True):
    """A channel on this machine: its folder and the name of the package it is."""

    manifest: Manifest
    folder: Path
    package: str


class Registry:
    """All channels by id. Reading it imports no channel; using one imports that one."""

    def __init__(self, installed: Sequence[Installed]) -> None:
        self._installed: dict[str, Installed] = {}
        for one in installed:
            other = self._installed.setdefault(one.manifest.id, one)
            if other is not one:
                raise ManifestInvalid(
                    f"channel id {one.manifest.id!r} is claimed by {other.folder} and {one.folder}"
                )

    @classmethod
    def load(cls) -> Self:
        """Every channel that is installed."""
        return cls([*_built_in(), *_third_party()])

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
        settings: type[msgspec.Struct] = _attribute(self.installed(channel), "Settings")
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
        connector: Connector = _attribute(self.installed(account.channel), "connect")(account, http)
        return connector


def _built_in() -> list[Installed]:
    return [
        _read(path.parent, f"connectors.channels.{path.parent.name}")
        for path in sorted(BUILT_IN.glob("*/manifest.toml"))
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
    return Installed(
        manifest=load_manifest(folder / "manifest.toml"), folder=folder, package=package
    )


def _attribute(installed: Installed, name: str) -> Any:  # noqa: ANN401 - another's module
    module: ModuleType = importlib.import_module(f"{installed.package}.connector")
    try:
        return getattr(module, name)
    except AttributeError:
        raise ManifestInvalid(f"{installed.folder / 'connector.py'} has no {name!r}") from None
