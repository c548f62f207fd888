"""What the edge raises; ``problems`` turns each into an RFC 9457 document.

GatewayError
├── Refused               a status, a title, a detail, perhaps the field: answered as it stands
└── DirectoryUnavailable  the database does not say which inboxes there are: 503, 451
"""


class GatewayError(Exception):
    """Anything the edge says."""


class Refused(GatewayError):
    """Answer with this problem. ``kind`` is the last part of the problem's type URI."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        field: str | None = None,
        message_id: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.field = field
        self.message_id = message_id
        self.retry_after = retry_after


class DirectoryUnavailable(GatewayError):
    """Which inboxes there are is not known now; the other side tries again."""
