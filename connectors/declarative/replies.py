"""What a provider's answer means: by its status and by what stands in it."""

from collections.abc import Mapping
from typing import Any

import msgspec

from connectors.contract import (
    Accepted,
    OutcomeUnknown,
    ReauthNeeded,
    Rejected,
    RetryLater,
    SendOutcome,
    WindowClosed,
)
from connectors.declarative import model
from connectors.declarative.auth import REPLY_NAMES, answer_document
from connectors.declarative.documents import Lazy
from connectors.declarative.expressions import Expression
from connectors.declarative.reading import holds
from connectors.declarative.templates import Scope, Template
from connectors.declarative.texts import as_text
from connectors.http import HttpReply
from connectors.kit.outcomes import LONGEST_WAIT_S, Refusal, of_refusal, retry_after

WORDS = 300
OTHERS: Mapping[str, type[ReauthNeeded | WindowClosed | OutcomeUnknown]] = {
    "reauth": ReauthNeeded,
    "window_closed": WindowClosed,
    "unknown": OutcomeUnknown,
}


class _Failure(msgspec.Struct, frozen=True):
    when: Expression
    outcome: model.Outcome
    reason: Template
    after: Expression | None


class Answers:
    """The compiled ``success``, ``failures`` and ``reason`` of [send]."""

    def __init__(self, send: model.Send, functions_scope: Scope) -> None:
        scope = Scope(REPLY_NAMES, functions_scope.functions)
        success = send.success
        self._statuses = frozenset(success.status)
        self._when = scope.expression(success.when) if success.when else None
        self._id = scope.expression(success.id) if success.id else None
        self._id_optional = success.id_optional
        self._reason = scope.template(send.reason)
        self._failures = [_failure(one, scope) for one in send.failures]

    def outcome(self, reply: HttpReply, known: Mapping[str, Any]) -> SendOutcome:
        """The outcome of one request."""
        answer = answer_document(reply, known)
        for failure in self._failures:
            if _holds(failure.when, answer):
                return self._failed(failure, reply, answer)
        if self._succeeded(reply, answer):
            return self._accepted(reply, answer)
        if reply.ok:
            return Rejected(reason=self._words(reply, answer), code=str(reply.status))
        return of_refusal(
            Refusal(
                status=reply.status,
                reason=self._words(reply, answer),
                after_s=retry_after(reply),
            )
        )

    def _succeeded(self, reply: HttpReply, answer: Lazy) -> bool:
        good = reply.status in self._statuses if self._statuses else reply.ok
        return good and (self._when is None or _holds(self._when, answer))

    def _accepted(self, reply: HttpReply, answer: Lazy) -> SendOutcome:
        ids = _ids(self._id, answer)
        if self._id is None or ids or self._id_optional:
            return Accepted(native_ids=ids)
        words = self._words(reply, answer)
        return OutcomeUnknown(reason=f"{reply.status} without the message's id: {words}"[:500])

    def _failed(self, failure: _Failure, reply: HttpReply, answer: Lazy) -> SendOutcome:
        reason = _text(failure.reason, answer) or self._words(reply, answer)
        if failure.outcome == "sent":
            return Accepted(native_ids=_ids(self._id, answer))
        if failure.outcome == "retry":
            return RetryLater(reason=reason, after_s=_after(failure.after, reply, answer))
        if failure.outcome == "rejected":
            return Rejected(reason=reason, code=str(reply.status))
        return OTHERS[failure.outcome](reason=reason)

    def _words(self, reply: HttpReply, answer: Lazy) -> str:
        said = _text(self._reason, answer).strip()
        return (said or reply.body[:WORDS].decode("utf-8", "replace").strip() or "no words")[:500]


def _failure(one: model.Failure, scope: Scope) -> _Failure:
    return _Failure(
        scope.expression(one.when),
        one.outcome,
        scope.template(one.reason),
        scope.expression(one.after) if one.after else None,
    )


def _holds(expression: Expression, answer: Lazy) -> bool:
    try:
        return holds(expression(answer))
    except ValueError:
        return False


def _text(template: Template, answer: Lazy) -> str:
    try:
        return template.text(answer)
    except ValueError:
        return ""


def _ids(expression: Expression | None, answer: Lazy) -> tuple[str, ...]:
    """One id or several; what is no text is none."""
    try:
        found = expression(answer) if expression else None
        listed = found if isinstance(found, list) else [found]
        return tuple(text for text in map(as_text, listed) if text)
    except ValueError:
        return ()


def _after(expression: Expression | None, reply: HttpReply, answer: Lazy) -> float | None:
    """Seconds by the provider's own word, else by ``Retry-After``."""
    try:
        said = float(as_text(expression(answer))) if expression else None
    except ValueError:
        said = None
    return retry_after(reply) if said is None else min(max(said, 0.0), LONGEST_WAIT_S)
