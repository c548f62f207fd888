"""A reply as the fields that providers' APIs ask for. Pure.

What a mail says beside them (References, Auto-Submitted, List-Unsubscribe ...) is read off the very
mail that ``compose`` makes for SMTP: both ways out say the same.
"""

from collections.abc import Iterable
from email.parser import BytesHeaderParser

import msgspec

from connectors.contract import Account, OutboundFile, OutboundMessage
from connectors.kit.mail.addresses import wire_address
from connectors.kit.mail.compose import Composed, compose
from connectors.kit.mail.words import mailbox

# Providers have fields of their own for these, or make them.
_FIELDS = frozenset(
    {
        "from",
        "to",
        "cc",
        "bcc",
        "reply-to",
        "subject",
        "date",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "dkim-signature",
        "return-path",
    }
)


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """An address, its domain as A-labels; ``name`` may be empty."""

    address: str
    name: str = ""

    @property
    def mailbox(self) -> str:
        """``name <address>``, encoded as a header wants it."""
        return mailbox(self.address, self.name).replace("\r\n", "")

    @property
    def plain(self) -> str:
        """``"name" <address>`` for APIs that encode by themselves."""
        if not self.name:
            return self.address
        quoted = self.name.replace("\\", "").replace('"', "'")
        return f'"{quoted}" <{self.address}>'


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One mail. ``id`` is our message's own id, which providers hand back in their reports;
    ``key`` differs when an agent asks for the same message again. ``headers`` are ASCII.

    ``to``, ``cc`` and ``bcc`` are those whom it still goes to; ``named_to`` and ``named_cc`` are
    all whom its headers are to name, where a provider tells one from the other.
    """

    id: str
    key: str
    sender: Person
    to: tuple[Person, ...]
    cc: tuple[Person, ...]
    bcc: tuple[Person, ...]
    named_to: tuple[Person, ...]
    named_cc: tuple[Person, ...]
    reply_to: Person | None
    subject: str
    text: str
    html: str | None
    headers: dict[str, str]
    inline: tuple[OutboundFile, ...]
    files: tuple[OutboundFile, ...]
    composed: Composed

    @property
    def message_id(self) -> str:
        """Without brackets: the native id of a mail."""
        return self.composed.message_id

    @property
    def everyone(self) -> tuple[Person, ...]:
        """All who get it."""
        return (*self.to, *self.cc, *self.bcc)

    def headers_without(self, *names: str) -> dict[str, str]:
        """For providers that refuse some."""
        unwanted = {name.lower() for name in names}
        return {n: v for n, v in self.headers.items() if n.lower() not in unwanted}


def letter_of(message: OutboundMessage, account: Account) -> Letter:
    """Raises AddressUnusable when a frozen recipient is no address."""
    composed = compose(message, account)
    mail = message.mail
    ours = Person(address=wire_address(account.address), name=message.sender_name or account.name)
    everyone: set[str] = set()  # providers refuse an address that stands twice
    named = _people(mail.to if mail and mail.to else (message.recipient.value,), everyone)
    named_to = (_called(named[0], mail.to_name if mail else ""), *named[1:])
    named_cc = _people(mail.cc if mail else (), everyone)
    hidden = _people(mail.bcc if mail else (), everyone)
    to, cc, bcc = (_still(people, composed) for people in (named_to, named_cc, hidden))
    if not to:  # those in To have it already, and no provider sends to nobody
        to, cc = cc[:1] or bcc[:1], cc[1:]
        bcc = tuple(one for one in bcc if one not in to)
    inline = tuple(f for f in message.attachments if f.content_id and message.html)
    return Letter(
        id=message.id.partition(".")[0],
        key=message.id,
        sender=ours,
        to=to,
        cc=cc,
        bcc=bcc,
        named_to=named_to,
        named_cc=named_cc,
        reply_to=Person(address=mail.reply_to, name=ours.name) if mail and mail.reply_to else None,
        subject=" ".join(message.subject.split()),
        text=message.text,
        html=message.html,
        headers=_headers(composed),
        inline=inline,
        files=tuple(f for f in message.attachments if f not in inline),
        composed=composed,
    )


def _people(addresses: Iterable[str], named: set[str]) -> tuple[Person, ...]:
    """Those not ``named`` yet, whatever their case."""
    found: list[Person] = []
    for address in map(wire_address, addresses):
        if address.lower() not in named:
            named.add(address.lower())
            found.append(Person(address=address))
    return tuple(found)


def _called(person: Person, name: str) -> Person:
    return msgspec.structs.replace(person, name=name)


def _still(people: tuple[Person, ...], composed: Composed) -> tuple[Person, ...]:
    """Those who do not have it yet."""
    wanted = {address.lower() for address in composed.rcpt_to}
    return tuple(one for one in people if one.address.lower() in wanted)


def _headers(composed: Composed) -> dict[str, str]:
    head = b"".join(piece for piece in composed.pieces[:1] if isinstance(piece, bytes))
    parsed = BytesHeaderParser().parsebytes(head.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
    return {
        name: " ".join(str(value).split())
        for name, value in parsed.items()
        if name.lower() not in _FIELDS
    }
