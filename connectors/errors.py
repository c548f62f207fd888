"""What a connector raises; outcomes of sending are values (see ``contract``), not exceptions.

ConnectorError
├── Unauthentic       the signature or token is wrong: 401, nothing stored, counted
│   └── Stale         ... only because it is too old (or its clock wrong)
├── CredentialsRefused  the provider turns our login or token down: an administrator must act
├── FetchFailed       a file cannot be had; says whether it may come later
├── Malformed         theirs: stored, quarantined with the reason, replayable after a fix
├── SettingsInvalid   ours: an inbox's settings lack or spoil a field; names the field
├── ManifestInvalid   ours: a channel's manifest or channel.toml is wrong; names file and field
└── UnknownChannel    no channel of that name is installed
"""

from datetime import datetime


class ConnectorError(Exception):
    """Anything a connector says of a request or of itself."""


class Unauthentic(ConnectorError):
    """The request does not prove that it comes from the provider."""


class Stale(Unauthentic):
    """Rightly signed at ``signed_at``, but too long ago (or ahead): perhaps a replay."""

    def __init__(self, signed_at: datetime) -> None:
        super().__init__(f"signed at {signed_at.isoformat()}, which is too far from now")
        self.signed_at = signed_at


class CredentialsRefused(ConnectorError):
    """The provider, or its token endpoint, does not accept what the inbox is configured with."""


class FetchFailed(ConnectorError):
    """A file cannot be had. ``retry`` says whether it may come later; ``status`` 0 is no answer."""

    def __init__(self, reason: str, *, retry: bool, status: int = 0) -> None:
        super().__init__(reason)
        self.retry = retry
        self.status = status


class Malformed(ConnectorError):
    """The request is genuine (or unsigned) but cannot be read; the message says what is wrong."""


class SettingsInvalid(ConnectorError):
    """``field`` of an inbox's settings is missing or wrong."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"setting {field!r}: {reason}")
        self.field = field
        self.reason = reason


class ManifestInvalid(ConnectorError):
    """A manifest cannot be used; the message names the file, the field and the way out."""


class UnknownChannel(ConnectorError):
    """No channel of this name is installed."""

    def __init__(self, channel: str) -> None:
        super().__init__(f"there is no channel {channel!r}; `parley channel list` shows all")
        self.channel = channel
