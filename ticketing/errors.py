"""What ticketing raises; the edge turns each into a problem document.

TicketingError
├── NotFound            no such thing, or none that this viewer may know of
├── Forbidden           the viewer sees it but may not do this
├── Stale               somebody else changed it meanwhile; carries the current version
├── Refused             the state of the ticket does not allow it
├── Invalid             a field of the command is wrong; names the field
├── ViewBroken          a saved view asks for a field that is gone or hidden; names the field
├── TokenInvalid        a reply token is forged or altered (never raised to the outside)
└── LineUnknown         the journal holds something of an inbox that no longer exists
"""


class TicketingError(Exception):
    """Anything ticketing says of a command."""


class NotFound(TicketingError):
    """Nothing of this id is visible to the viewer: absent and hidden look alike."""

    def __init__(self, kind: str, id: str) -> None:
        super().__init__(f"there is no {kind} {id!r}")
        self.kind = kind
        self.id = id


class Forbidden(TicketingError):
    """The viewer's role does not allow the action."""

    def __init__(self, action: str) -> None:
        super().__init__(f"your role does not allow {action!r}")
        self.action = action


class Stale(TicketingError):
    """The version the change was made from is no longer the current one."""

    def __init__(self, current: int) -> None:
        super().__init__(f"somebody else changed it; the current version is {current}")
        self.current = current


class Refused(TicketingError):
    """The state of the ticket does not allow it; the message says what would."""


class Invalid(TicketingError):
    """``field`` of a command is wrong."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class ViewBroken(TicketingError):
    """``field`` of a saved view's conditions cannot be asked: change the view."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"this view asks for {field}, but {reason}")
        self.field = field
        self.reason = reason


class TokenInvalid(TicketingError):
    """A reply token whose signature does not fit."""


class LineUnknown(TicketingError):
    """No inbox of this id is configured."""
