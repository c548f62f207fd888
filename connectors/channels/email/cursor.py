"""Where a mailbox has been read to: "UIDVALIDITY:UID", and from when when it began midway."""

import msgspec

from connectors.errors import Malformed


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """Everything up to ``uid`` is in the journal.

    ``since`` (epoch seconds) is set when the inbox began with new mail only: after a change of
    UIDVALIDITY the scan must not import what was there before.
    """

    validity: int
    uid: int
    since: int = 0

    def __str__(self) -> str:
        """The form that is stored."""
        tail = f":{self.since}" if self.since else ""
        return f"{self.validity}:{self.uid}{tail}"

    def at(self, validity: int) -> "Cursor":
        """This cursor in a folder that now has ``validity``: unchanged, or a scan from the start.

        UIDs mean nothing across a change (RFC 3501 section 2.3.1.1).
        """
        if validity == self.validity:
            return self
        return Cursor(validity=validity, uid=0, since=self.since)

    def after(self, uid: int) -> "Cursor":
        """The cursor once ``uid`` is in the journal."""
        return msgspec.structs.replace(self, uid=uid)


def read_cursor(text: str) -> Cursor | None:
    """None for "", the very first time; Malformed when it is not one of ours."""
    if not text:
        return None
    try:
        numbers = [int(part) for part in text.split(":")]
        validity, uid = numbers[0], numbers[1]
    except (ValueError, IndexError):
        raise Malformed(f"{text!r} is no IMAP cursor; it should be UIDVALIDITY:UID") from None
    return Cursor(validity=validity, uid=uid, since=numbers[2] if len(numbers) > 2 else 0)  # noqa: PLR2004
