"""Where an account's folders have been read to, as one text that a worker can keep."""

from collections.abc import Mapping

import msgspec

from connectors.errors import Malformed

_FIELDS_LEAST = 2


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of one folder up to ``uid`` is in the journal.

    ``since`` (epoch seconds) is set when the inbox began midway: what had arrived before is not
    imported, neither at the start nor by a scan after a change of UIDVALIDITY. Such a scan looks at
    arrival times up to the UID ``until``; above it everything is new, whatever its date says.
    """

    validity: int
    uid: int
    since: int = 0
    until: int = 0

    def __str__(self) -> str:
        """``UIDVALIDITY:UID:SINCE:UNTIL``, zeros at the end left out."""
        numbers = [self.validity, self.uid, self.since, self.until]
        while len(numbers) > _FIELDS_LEAST and not numbers[-1]:
            numbers.pop()
        return ":".join(map(str, numbers))

    def anew(self, validity: int, highest: int) -> "Cursor":
        """A scan from the start of a folder that was renumbered.

        UIDs mean nothing across a change (RFC 3501 section 2.3.1.1).
        """
        until = highest if self.since else 0
        return Cursor(validity=validity, uid=0, since=self.since, until=until)

    def after(self, uid: int) -> "Cursor":
        """The cursor once ``uid`` is in the journal."""
        return msgspec.structs.replace(self, uid=uid, until=self.until if uid < self.until else 0)


def read_cursors(text: str, first: str) -> dict[str, Cursor]:
    """By folder; none for "", the very first time. Malformed when it is not one of ours.

    A text of one cursor is of the time when an inbox had one folder: the ``first``.
    """
    if not text:
        return {}
    if not text.startswith("{"):
        return {first: _read(text)}
    try:
        kept = msgspec.json.decode(text, type=dict[str, str])
    except msgspec.DecodeError as error:
        raise Malformed(f"{text[:200]!r} holds no IMAP cursors: {error}") from error
    return {folder: _read(one) for folder, one in kept.items()}


def write_cursors(cursors: Mapping[str, Cursor]) -> str:
    """The form that is stored."""
    return msgspec.json.encode({folder: str(one) for folder, one in cursors.items()}).decode()


def _read(text: str) -> Cursor:
    try:
        validity, uid, since, until = [*map(int, text.split(":")), 0, 0][:4]
    except ValueError:
        raise Malformed(f"{text[:200]!r} is no IMAP cursor; it is UIDVALIDITY:UID") from None
    if text.count(":") < _FIELDS_LEAST - 1:
        raise Malformed(f"{text[:200]!r} is no IMAP cursor; it is UIDVALIDITY:UID")
    return Cursor(validity=validity, uid=uid, since=since, until=until)
