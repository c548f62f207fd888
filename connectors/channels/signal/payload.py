"""signal-cli's envelopes as types (https://github.com/AsamK/signal-cli, man/signal-cli-jsonrpc)."""

import msgspec


class Reaction(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """On a message, named by its author and time."""

    emoji: str = ""
    target_author_number: str | None = None
    target_author_uuid: str | None = None
    target_sent_timestamp: int = 0
    is_remove: bool = False


class Quote(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a message answers; ``id`` is its time."""

    id: int = 0
    author_number: str | None = None
    author_uuid: str | None = None


class Deletion(msgspec.Struct, frozen=True, kw_only=True):
    """Of a message of the same author."""

    timestamp: int = 0


class Attachment(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The daemon keeps the file under its id."""

    id: str = ""
    content_type: str | None = None
    filename: str | None = None
    size: int | None = None
    voice_note: bool = False


class Sticker(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Of a pack."""

    pack_id: str = ""
    sticker_id: int = 0


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """Stands for one U+FFFC of the text."""

    name: str | None = None
    number: str | None = None


class Group(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Where it was said, if not directly."""

    group_id: str = ""


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A contact's name."""

    display: str | None = None
    given: str | None = None
    family: str | None = None


class Phone(msgspec.Struct, frozen=True, kw_only=True):
    """A contact's number."""

    value: str = ""


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """A shared contact."""

    name: Named = Named()
    phone: list[Phone] | None = None


class Data(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What somebody said."""

    timestamp: int = 0
    message: str | None = None
    reaction: Reaction | None = None
    quote: Quote | None = None
    remote_delete: Deletion | None = None
    attachments: list[Attachment] | None = None
    sticker: Sticker | None = None
    mentions: list[Mention] | None = None
    contacts: list[Contact] | None = None
    group_info: Group | None = None


class Edit(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A message that says something else now."""

    target_sent_timestamp: int = 0
    data_message: Data = Data()


class Sent(Data, frozen=True, kw_only=True, rename="camel"):
    """What we said by another device of ours."""

    destination_number: str | None = None
    destination_uuid: str | None = None
    edit_message: Edit | None = None


class Sync(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What our other devices did."""

    sent_message: Sent | None = None


class Receipt(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Of messages of ours, named by their times."""

    when: int = 0
    is_delivery: bool = False
    is_read: bool = False
    is_viewed: bool = False
    timestamps: list[int] = []


class Typing(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """STARTED or STOPPED."""

    action: str = ""
    group_id: str | None = None


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A call's number."""

    id: int = 0


class Call(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A call begins or ends."""

    offer_message: Offer | None = None
    hangup_message: Offer | None = None


class Envelope(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One thing that happened; who and when."""

    source: str | None = None
    source_number: str | None = None
    source_uuid: str | None = None
    source_name: str | None = None
    timestamp: int = 0
    data_message: Data | None = None
    edit_message: Edit | None = None
    sync_message: Sync | None = None
    receipt_message: Receipt | None = None
    typing_message: Typing | None = None
    call_message: Call | None = None


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """An event of the daemon."""

    envelope: Envelope
    account: str = ""
