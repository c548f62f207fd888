"""Mastodon's entities as types (https://docs.joinmastodon.org/entities/)."""

import msgspec


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """``acct`` has a server only when it is another one."""

    id: str = ""
    acct: str = ""
    display_name: str = ""


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """A file; ``description`` is its words for those who cannot see it."""

    id: str = ""
    type: str = ""
    url: str | None = None
    remote_url: str | None = None
    description: str | None = None


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """A post."""

    id: str
    created_at: str = ""
    edited_at: str | None = None
    in_reply_to_id: str | None = None
    visibility: str = "public"
    spoiler_text: str = ""
    content: str = ""
    account: Person = Person()
    media_attachments: list[Media] = []


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """Something for us; a direct conversation has ``last_status`` instead."""

    id: str
    type: str = ""
    created_at: str = ""
    account: Person = Person()
    status: Status | None = None
    last_status: Status | None = None


class Handle(msgspec.Struct, frozen=True, kw_only=True):
    """What a reply answers, and who may see it."""

    id: str
    visibility: str
