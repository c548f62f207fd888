"""Signed tokens in the addresses and Message-IDs that we issue.

A token is ``<number in base 32>`` + 16 signs of HMAC-SHA-256 (80 bits) over purpose, inbox and
number: short, case-insensitive (mail systems change case) and worthless in another inbox.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence

import msgspec

from connectors.contract import InboxId
from normalizer.model import MessageId

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUE = {sign: value for value, sign in enumerate(_ALPHABET)}
_MAC_SIGNS = 16
MAX_LOCAL = 64  # octets, RFC 5321 section 4.5.3.1.1
_TICKET_ADDRESS = re.compile(rf"\+t([{_ALPHABET}]{{1,10}}[{_ALPHABET}]{{{_MAC_SIGNS}}})@", re.I)
_BOUNCE_ADDRESS = re.compile(rf"\+b([0-9a-z]{{20,30}})\.([{_ALPHABET}]{{{_MAC_SIGNS}}})@", re.I)
_MESSAGE_ID = re.compile(rf"<?t([{_ALPHABET}]{{1,10}}[{_ALPHABET}]{{{_MAC_SIGNS}}})\.", re.I)

_OUR_MESSAGE_ID = re.compile(_MESSAGE_ID.pattern + r"([0-9a-z]{20,30})@", re.I)


class TokenHit(msgspec.Struct, frozen=True, kw_only=True):
    """A token whose signature held: the ticket's number, and where it stood."""

    number: int
    source: str


class ReplyTokens:
    """Signs with the newest key, accepts those of every key that is still in the ring."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)

    def ticket_address(self, address: str, inbox_id: InboxId, number: int) -> str:
        """``support+t<token>@host``: where a reply by mail goes."""
        return _tagged(address, f"t{self._ticket_token(inbox_id, number)}")

    def bounce_address(self, address: str, inbox_id: InboxId, message_id: MessageId) -> str:
        """``support+b<message>.<mac>@host``: the envelope sender, so any bounce names its mail."""
        mac = _mac(self._keys[0], "bounce", inbox_id, message_id)
        return _tagged(address, f"b{message_id}.{mac}")

    def message_id(
        self, address: str, inbox_id: InboxId, number: int, message_id: MessageId
    ) -> str:
        """A Message-ID without brackets for one outbound mail of a ticket."""
        host = address.rpartition("@")[2] or "localhost"
        return f"t{self._ticket_token(inbox_id, number)}.{message_id}@{host}"

    def find(
        self, inbox_id: InboxId, addresses: Iterable[str], message_ids: Iterable[str]
    ) -> TokenHit | None:
        """The first token that we signed for this inbox; forged ones do not exist."""
        for pattern, source, texts in (
            (_TICKET_ADDRESS, "address", addresses),
            (_MESSAGE_ID, "message-id", message_ids),
        ):
            for text in texts:
                match = pattern.search(text)
                number = self._number(inbox_id, match[1].lower()) if match else None
                if number is not None:
                    return TokenHit(number=number, source=source)
        return None

    @staticmethod
    def looked_for(addresses: Iterable[str], message_ids: Iterable[str]) -> TokenHit | None:
        """What looks like a token of ours, its signature unasked: without the keys nobody knows."""
        for pattern, source, texts in (
            (_TICKET_ADDRESS, "address", addresses),
            (_MESSAGE_ID, "message-id", message_ids),
        ):
            for text in texts:
                if match := pattern.search(text):
                    number = _from_base32(match[1].lower()[:-_MAC_SIGNS])
                    return TokenHit(number=number, source=source)
        return None

    def sent_message(self, inbox_id: InboxId, message_id: str) -> MessageId | None:
        """Our message that a Message-ID names, when the token in it is ours."""
        match = _OUR_MESSAGE_ID.search(message_id)
        if match is None or self._number(inbox_id, match[1].lower()) is None:
            return None
        return MessageId(match[2].lower())

    def bounced(self, inbox_id: InboxId, addresses: Iterable[str]) -> MessageId | None:
        """The message whose envelope sender one of these addresses is."""
        for address in addresses:
            match = _BOUNCE_ADDRESS.search(address)
            if match and self._signed("bounce", inbox_id, match[1].lower(), match[2].lower()):
                return MessageId(match[1].lower())
        return None

    def _ticket_token(self, inbox_id: InboxId, number: int) -> str:
        digits = _base32(number)
        return digits + _mac(self._keys[0], "ticket", inbox_id, digits)

    def _number(self, inbox_id: InboxId, token: str) -> int | None:
        digits, mac = token[:-_MAC_SIGNS], token[-_MAC_SIGNS:]
        return _from_base32(digits) if self._signed("ticket", inbox_id, digits, mac) else None

    def _signed(self, purpose: str, inbox_id: InboxId, subject: str, mac: str) -> bool:
        return any(
            hmac.compare_digest(_mac(key, purpose, inbox_id, subject), mac) for key in self._keys
        )


def _tagged(address: str, tag: str) -> str:
    """The address itself where no room is left for the tag: then Message-IDs have to do."""
    local, _, host = address.rpartition("@")
    tagged = f"{local}+{tag}"
    return f"{tagged}@{host}" if len(tagged.encode()) <= MAX_LOCAL else address


def _mac(key: bytes, purpose: str, inbox_id: str, subject: str) -> str:
    text = f"{purpose}\0{inbox_id}\0{subject}".encode()
    value = int.from_bytes(hmac.digest(key, text, hashlib.sha256)[:10], "big")
    return "".join(_ALPHABET[(value >> shift) & 31] for shift in range(75, -1, -5))


def _base32(number: int) -> str:
    signs = ""
    while number or not signs:
        number, rest = divmod(number, 32)
        signs = _ALPHABET[rest] + signs
    return signs


def _from_base32(signs: str) -> int:
    number = 0
    for sign in signs:
        number = number * 32 + _VALUE[sign]
    return number
