"""From a Telegram update to events. Pure."""

from datetime import UTC, datetime
from typing import Literal

from connectors.channels.telegram.content import attachments_of, text_of
from connectors.channels.telegram.payload import (
    CallbackQuery,
    Chat,
    MemberUpdate,
    Message,
    Reactions,
    Update,
    User,
    WebAppData,
)
from connectors.errors import Malformed
from connectors.events import (
    InboundEvent,
    MembershipChanged,
    MessageEdited,
    MessageReceived,
    Parsed,
    PostbackPressed,
    ReactionChanged,
    SenderId,
    scoped_id,
)
from connectors.kit.decoding import decode_json

OUT = {"left", "kicked"}
Change = Literal["joined", "left", "blocked", "unblocked"]
CHANGES: dict[tuple[bool, bool], Change] = {  # (private chat, bot is out)
    (True, True): "blocked",
    (True, False): "unblocked",
    (False, True): "left",
    (False, False): "joined",
}


def parse_update(body: bytes, received_at: datetime) -> Parsed:
    """The events of one update; a kind that we do not know is a genuine nothing."""
    update = decode_json(body, Update, "an update")
    return Parsed(events=tuple(_events(update, received_at)))


def thread_key(message: Message) -> str:
    """The chat, and the topic in a forum. Albums come as single messages of the same chat."""
    topic = message.message_thread_id if message.is_topic_message else None
    return f"{message.chat.id}:{topic}" if topic else str(message.chat.id)


def _events(update: Update, received_at: datetime) -> list[InboundEvent]:
    spoken = update.message or update.channel_post
    if spoken is not None:
        return _message(spoken)
    corrected = update.edited_message or update.edited_channel_post
    if corrected is not None:
        return [_edit(corrected, update.update_id)]
    if update.callback_query is not None:
        return [_press(update.callback_query, received_at)]
    if update.message_reaction is not None:
        return [_reaction(update.message_reaction, update.update_id)]
    if update.my_chat_member is not None:
        return [_membership(update.my_chat_member, update.update_id)]
    return []


def _message(message: Message) -> list[InboundEvent]:
    if message.new_chat_members or message.left_chat_member:
        return _members(message)
    if message.migrate_to_chat_id or message.migrate_from_chat_id:
        return [_moved(message)]
    native_id = scoped_id(str(message.chat.id), str(message.message_id))
    text, files = text_of(message), attachments_of(message)
    form = message.web_app_data
    if form is not None and form.data.lstrip().startswith("{"):
        return [_form(message, form, native_id)]
    if text is None and not files:
        return []
    answered = message.reply_to_message
    return [
        MessageReceived(
            dedupe_id=native_id,
            native_id=native_id,
            thread_key=thread_key(message),
            senders=_senders(message),
            sender_name=_name(message.sender or message.sender_chat or message.chat),
            recipient=message.chat.title,
            occurred_at=_time(message.date),
            text=text or "",
            attachments=files,
            reply_to=scoped_id(str(message.chat.id), str(answered.message_id))
            if answered and answered.message_id != message.message_thread_id
            else "",
        )
    ]


def _form(message: Message, form: WebAppData, native_id: str) -> PostbackPressed:
    return PostbackPressed(
        dedupe_id=native_id,
        native_id=native_id,
        thread_key=thread_key(message),
        senders=_senders(message),
        sender_name=_name(message.sender or message.chat),
        occurred_at=_time(message.date),
        text=form.button_text,
        payload=form.data,
    )


def _edit(message: Message, update_id: int) -> MessageEdited:
    return MessageEdited(
        dedupe_id=f"update:{update_id}",
        native_id=scoped_id(str(message.chat.id), str(message.message_id)),
        occurred_at=_time(message.edit_date or message.date),
        thread_key=thread_key(message),
        senders=_senders(message),
        text=text_of(message) or "",
    )


def _press(query: CallbackQuery, received_at: datetime) -> PostbackPressed:
    if query.message is None:
        raise Malformed("a pressed button without its message")
    rows = query.message.reply_markup.inline_keyboard if query.message.reply_markup else ()
    labels = [b.text for row in rows for b in row if b.callback_data == query.data]
    return PostbackPressed(
        dedupe_id=f"callback:{query.id}",
        native_id=f"callback:{query.id}",
        thread_key=thread_key(query.message),
        senders=(_person(query.sender),),
        sender_name=_name(query.sender),
        occurred_at=received_at,
        text=labels[0] if labels else query.data,
        payload=query.data,
    )


def _reaction(reactions: Reactions, update_id: int) -> ReactionChanged:
    who = reactions.user or reactions.actor_chat
    return ReactionChanged(
        dedupe_id=f"update:{update_id}",
        native_id=scoped_id(str(reactions.chat.id), str(reactions.message_id)),
        occurred_at=_time(reactions.date),
        senders=(_person(who),) if who else (),
        emoji=next((r.emoji or "⭐" for r in reactions.new_reaction), ""),
    )


def _membership(change: MemberUpdate, update_id: int) -> MembershipChanged:
    private = change.chat.type == "private"
    return MembershipChanged(
        dedupe_id=f"update:{update_id}",
        thread_key=str(change.chat.id),
        senders=(_person(change.sender),),
        occurred_at=_time(change.date),
        change=CHANGES[private, change.new_chat_member.status in OUT],
    )


def _members(message: Message) -> list[InboundEvent]:
    """People came into a group or left it."""
    came: list[tuple[User, Change]] = [(user, "joined") for user in message.new_chat_members]
    if message.left_chat_member:
        came.append((message.left_chat_member, "left"))
    return [
        MembershipChanged(
            dedupe_id=f"{scoped_id(str(message.chat.id), str(message.message_id))}:{user.id}",
            thread_key=thread_key(message),
            senders=(_person(user),),
            occurred_at=_time(message.date),
            change=change,
        )
        for user, change in came
    ]


def _moved(message: Message) -> MembershipChanged:
    """A group became a supergroup; the old chat and the new one both say so."""
    old = message.migrate_from_chat_id or message.chat.id
    new = message.migrate_to_chat_id or message.chat.id
    return MembershipChanged(
        dedupe_id=f"moved:{old}:{new}",
        thread_key=str(old),
        senders=_senders(message),
        occurred_at=_time(message.date),
        change="moved",
        moved_to=str(new),
    )


def _senders(message: Message) -> tuple[SenderId, ...]:
    return (_person(message.sender or message.sender_chat or message.chat),)


def _person(who: User | Chat) -> SenderId:
    return SenderId(family="telegram", value=str(who.id))


def _name(who: User | Chat) -> str:
    full = f"{who.first_name} {who.last_name}".strip()
    return full or getattr(who, "title", "") or who.username


def _time(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Malformed(f"{seconds} is no time") from error
