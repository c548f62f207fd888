"""What the mail channel raises beside the errors of ``connectors.errors``.

ConnectorError
├── MailboxUnavailable   the IMAP server cannot be reached or broke off: try again, with back-off
│   └── CommandRefused   it said NO to one command, for good; the connection still stands
└── CredentialsRefused   (of ``connectors.errors``) login or token refused
"""

from connectors.errors import ConnectorError, CredentialsRefused

__all__ = ["CommandRefused", "CredentialsRefused", "MailboxUnavailable"]


class MailboxUnavailable(ConnectorError):
    """Nothing is lost: the next pull goes on at the saved cursor."""


class CommandRefused(MailboxUnavailable):
    """The server's words on a SELECT, SEARCH or FETCH that it will not do."""
