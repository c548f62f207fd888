"""Which rule of threading a mail asks for first, told without the stores that would decide it."""

import msgspec

from normalizer.model import Draft
from ticketing.ingest.clues import answered_ids, hook_of
from ticketing.reply_tokens import ReplyTokens
from ticketing.threading import Rule


class Foreseen(msgspec.Struct, frozen=True, kw_only=True):
    """`first` is the first rule that has anything to go by; whether it joins, only the stores know.

    `token` names the ticket that a token claims (its signature was not checked), `references` are
    newest first, `subject_number` is that of a hook, `thread_key` the root of the thread.
    """

    first: Rule
    why: str
    thread_key: str
    token: int | None = None
    references: tuple[str, ...] = ()
    subject_number: int | None = None
    bounce_of: str = ""


def foresee(draft: Draft) -> Foreseen:
    """The evidence in the mail itself, in the order in which the rules ask for it."""
    answered = answered_ids(draft)
    mail = draft.mail
    addresses = (*mail.delivered_to, *mail.to, *mail.cc) if mail else ()
    token = ReplyTokens.looked_for(addresses, answered)
    hook = hook_of(draft)
    bounce_of = draft.bounce.original_message_id if draft.bounce else ""
    first, why = _first(
        {
            "bounce": f"reports on <{bounce_of}>" if bounce_of else "",
            "token": f"its {token.source} claims ticket #{token.number}" if token else "",
            "reference": f"answers <{answered[0]}>" if answered else "",
            "subject": f"its subject names #{hook}" if hook is not None else "",
        }
    )
    return Foreseen(
        first=first,
        why=why,
        thread_key=draft.thread_key,
        token=token.number if token else None,
        references=answered,
        subject_number=hook,
        bounce_of=bounce_of,
    )


def _first(found: dict[Rule, str]) -> tuple[Rule, str]:
    return next(((rule, why) for rule, why in found.items() if why), ("new", "nothing ties it"))
