"""Bluesky's records as types (https://docs.bsky.app/docs/api)."""

import msgspec


class Ref(msgspec.Struct, frozen=True, kw_only=True):
    """A record, and which version of it."""

    uri: str
    cid: str = ""


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """The first post of a thread, and the one that is answered."""

    root: Ref
    parent: Ref


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A blob's content id."""

    link: str = msgspec.field(default="", name="$link")


class Blob(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a record."""

    ref: Link = Link()
    mime_type: str = msgspec.field(default="", name="mimeType")
    size: int | None = None


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """A picture; ``alt`` is its words."""

    image: Blob = Blob()
    alt: str = ""


class External(msgspec.Struct, frozen=True, kw_only=True):
    """A link with a preview."""

    uri: str = ""


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """What hangs on a post; ``media`` where a quoted post hangs on it too."""

    images: list[Image] = []
    external: External | None = None
    media: "Media | None" = None


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """The record behind a notification; likes and reposts have no text."""

    text: str = ""
    created_at: str = msgspec.field(default="", name="createdAt")
    reply: Reply | None = None
    embed: Media | None = None


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """``did`` never changes, ``handle`` may."""

    did: str = ""
    handle: str = ""
    display_name: str = msgspec.field(default="", name="displayName")


class Notification(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Something for us."""

    uri: str
    cid: str = ""
    author: Person = Person()
    reason: str = ""
    reason_subject: str | None = None
    record: msgspec.Raw = msgspec.Raw(b"{}")
    indexed_at: str = ""


class Said(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A message of a chat."""

    id: str = ""
    text: str = ""
    sender: Person = Person()
    sent_at: str = ""


class Mark(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A reaction in a chat."""

    value: str = ""
    sender: Person = Person()
    created_at: str = ""


class Log(msgspec.Struct, frozen=True, kw_only=True):
    """What happened in a chat."""

    type: str = msgspec.field(default="", name="$type")
    rev: str = ""
    convo: str = msgspec.field(default="", name="convoId")
    message: Said | None = None
    reaction: Mark | None = None


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One item of ours: notifications and logs, the oldest first."""

    notifications: list[msgspec.Raw] = []
    logs: list[msgspec.Raw] = []
