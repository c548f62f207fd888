"""What Mattermost tells, as types (https://developers.mattermost.com/api-documentation/)."""

import msgspec


class Broadcast(msgspec.Struct, frozen=True, kw_only=True):
    """Where an event happened."""

    channel_id: str = ""
    team_id: str = ""


class Data(msgspec.Struct, frozen=True, kw_only=True):
    """Of an event; ``post`` and ``reaction`` are JSON within JSON."""

    post: str = ""
    reaction: str = ""
    channel_type: str = ""
    sender_name: str = ""
    user_id: str = ""
    mentions: str | None = None


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One frame of the WebSocket; ``seq_reply`` and ``status`` answer what we said."""

    event: str = ""
    data: Data = Data()
    broadcast: Broadcast = Broadcast()
    seq: int = 0
    seq_reply: int = 0
    status: str = ""


class FileInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a post."""

    id: str = ""
    name: str = ""
    mime_type: str = ""
    size: int | None = None


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """What belongs to a post."""

    files: list[FileInfo] = []


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """A message; ``type`` is "" for what people say, ``system_...`` else."""

    id: str = ""
    create_at: int = 0
    edit_at: int = 0
    user_id: str = ""
    channel_id: str = ""
    root_id: str = ""
    message: str = ""
    type: str = ""
    file_ids: list[str] | None = None
    metadata: Metadata = Metadata()


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """On a post, by a name such as ``+1``."""

    user_id: str = ""
    post_id: str = ""
    emoji_name: str = ""
    create_at: int = 0


class Hook(msgspec.Struct, frozen=True, kw_only=True):
    """An outgoing webhook: text alone, files by their ids."""

    token: str = ""
    post_id: str = ""
    channel_id: str = ""
    user_id: str = ""
    user_name: str = ""
    text: str = ""
    timestamp: int | str = 0
    file_ids: str = ""
    trigger_word: str = ""
