"""Edits, deletions, reactions and "typing" as Bot API calls."""

from collections.abc import Callable

from telegram import Bot, ReactionTypeEmoji

from connectors.acts import Correspondent, OutboundAct
from connectors.channels.telegram.bot import Answer, Call, call, outcome_of
from connectors.channels.telegram.outbound import Login
from connectors.contract import Accepted, SendOutcome
from connectors.http import Http
from connectors.kit.acting import Step, in_order
from connectors.kit.outcomes import attempt
from connectors.manifest import ActKind

VARIANT = "\ufe0f"  # Telegram writes the red heart without it
# What the Bot API says of what is so already; it has no codes for it.
DONE = ("message is not modified", "message to delete not found")


async def perform(http: Http, login: Login, act: OutboundAct) -> SendOutcome:
    """One call for each piece of the message."""
    return await in_order([_step(http, login, act, id) for id in act.native_ids])


def _step(http: Http, login: Login, act: OutboundAct, native_id: str) -> Step:
    chat, _, message = native_id.partition("#")

    async def step() -> SendOutcome:
        make = CALLS[act.kind](chat, int(message), act)
        answer = await call(http, login.token, login.base_url, make)
        if isinstance(answer, Answer) and answer.ok:
            return Accepted(native_ids=())
        if isinstance(answer, Answer) and any(words in answer.description for words in DONE):
            return Accepted(native_ids=())
        return outcome_of(answer, chat)

    return step


def _edit(chat: str, message: int, act: OutboundAct) -> Call:
    async def make(bot: Bot) -> object:
        return await bot.edit_message_text(act.text, chat_id=chat, message_id=message)

    return make


def _delete(chat: str, message: int, _act: OutboundAct) -> Call:
    async def make(bot: Bot) -> object:
        return await bot.delete_message(chat, message)

    return make


def _react(chat: str, message: int, act: OutboundAct) -> Call:
    """A bot has one reaction: a new one replaces it."""

    async def make(bot: Bot) -> object:
        plain = act.emoji.replace(VARIANT, "")
        chosen = [ReactionTypeEmoji(plain)] if plain else []
        return await bot.set_message_reaction(chat, message, reaction=chosen)

    return make


CALLS: dict[ActKind, Callable[[str, int, OutboundAct], Call]] = {
    "edit": _edit,
    "delete": _delete,
    "react": _react,
}


async def show_typing(http: Http, login: Login, to: Correspondent) -> SendOutcome:
    """Shown for five seconds, or until a message comes."""
    chat, _, topic = (to.thread_key or to.recipient.value).partition(":")

    async def make(bot: Bot) -> object:
        thread = int(topic) if topic else None
        return await bot.send_chat_action(chat, "typing", message_thread_id=thread)

    async def ask() -> SendOutcome:
        answer = await call(http, login.token, login.base_url, make)
        return outcome_of(answer, chat)

    return await attempt(ask)
