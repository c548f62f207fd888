"""Webhook payloads as types.

https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/payload-examples
"""

import msgspec


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What a person calls themselves."""

    name: str = ""


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """``wa_id`` is the number; ``user_id`` (BSUID) is there where the number is hidden."""

    profile: Profile = Profile()
    wa_id: str = ""
    user_id: str = ""


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """Of text."""

    body: str = ""


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """Of image, video, audio, voice, document and sticker; without ``id`` it cannot be had."""

    id: str = ""
    mime_type: str = ""
    caption: str = ""
    filename: str = ""
    voice: bool = False


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """Degrees."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class CardName(msgspec.Struct, frozen=True, kw_only=True):
    """A name on a business card."""

    formatted_name: str = ""


class CardValue(msgspec.Struct, frozen=True, kw_only=True):
    """A number or an address on it."""

    phone: str = ""
    email: str = ""


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """Of contacts."""

    name: CardName = CardName()
    phones: list[CardValue] = []
    emails: list[CardValue] = []


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """No emoji, or an empty one: taken away."""

    message_id: str
    emoji: str | None = None


class Button(msgspec.Struct, frozen=True, kw_only=True):
    """A button of a template."""

    text: str = ""
    payload: str = ""


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """A button or a row of a list."""

    id: str = ""
    title: str = ""


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """A filled form; ``response_json`` is JSON inside a string."""

    body: str = ""
    response_json: str = ""


class Permission(msgspec.Struct, frozen=True, kw_only=True):
    """Whether we may call."""

    response: str = ""


class Interactive(msgspec.Struct, frozen=True, kw_only=True):
    """One of these, by ``type``."""

    type: str = ""
    button_reply: Chosen | None = None
    list_reply: Chosen | None = None
    nfm_reply: Flow | None = None
    call_permission_reply: Permission | None = None


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an order."""

    product_retailer_id: str = ""
    quantity: int | str = 1


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """Of order."""

    text: str = ""
    product_items: list[Item] = []


class System(msgspec.Struct, frozen=True, kw_only=True):
    """A person has a new number."""

    body: str = ""
    type: str = ""
    wa_id: str = ""
    new_wa_id: str = ""


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What it answers."""

    id: str | None = None


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """An error in Meta's words."""

    code: int | str = 0
    title: str = ""
    message: str = ""
    details: str = ""


class Revoke(msgspec.Struct, frozen=True, kw_only=True):
    """A message taken back."""

    original_message_id: str


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What a message says, by ``type``."""

    type: str = ""
    text: Text | None = None
    image: Media | None = None
    video: Media | None = None
    audio: Media | None = None
    voice: Media | None = None
    document: Media | None = None
    sticker: Media | None = None
    location: Location | None = None
    contacts: list[Card] = []
    button: Button | None = None
    interactive: Interactive | None = None
    order: Order | None = None


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """A message that now says something else."""

    original_message_id: str
    message: Content = Content()


class Message(Content, frozen=True, kw_only=True):
    """One entry of ``messages`` (or ``message_echoes``). ``timestamp`` in seconds, as text."""

    id: str
    timestamp: str = ""
    sender: str = msgspec.field(default="", name="from")
    from_user_id: str = ""
    from_bsuid: str = ""
    to: str = ""
    group_id: str = ""
    context: Context | None = None
    reaction: Reaction | None = None
    system: System | None = None
    edit: Edit | None = None
    revoke: Revoke | None = None
    errors: list[Problem] = []


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a message of ours."""

    id: str
    status: str
    timestamp: str = ""
    recipient_id: str = ""
    type: str = ""
    biz_opaque_callback_data: str = ""
    errors: list[Problem] = []


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A call by WhatsApp; ``event`` is connect or terminate."""

    id: str
    event: str
    timestamp: str = ""
    sender: str = msgspec.field(default="", name="from")
    to: str = ""
    direction: str = ""
    status: str | list[str] = ""
    duration: int = 0


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """Which of our numbers is meant."""

    phone_number_id: str = ""
    display_phone_number: str = ""


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """What changed; each item is read alone, so that a bad one loses no other."""

    metadata: Metadata = Metadata()
    contacts: list[Contact] = []
    messages: list[msgspec.Raw] = []
    message_echoes: list[msgspec.Raw] = []
    statuses: list[msgspec.Raw] = []
    calls: list[msgspec.Raw] = []
    errors: list[Problem] = []


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """``field`` is messages, calls, smb_message_echoes ..."""

    field: str = ""
    value: msgspec.Raw = msgspec.Raw(b"{}")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One business account."""

    changes: list[Change] = []


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """A whole request of the Cloud API."""

    object: str = ""
    entry: list[Entry] = []
