"""The far mail server: a real SMTP server that keeps what it gets, and is rude on demand."""

import threading
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes
from email.message import Message
from types import TracebackType

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from storage.engines import free_port


class SmtpSink:
    """Accepts mail on a free loopback port. ``answer`` may return an SMTP reply to refuse with."""

    def __init__(
        self, answer: Callable[[Envelope], str | None] | None = None, *, smtputf8: bool = False
    ) -> None:
        self.answer = answer
        self.envelopes: list[Envelope] = []
        self._lock = threading.Lock()
        self.port = free_port()
        self._controller = Controller(
            self,
            hostname="127.0.0.1",
            port=self.port,
            data_size_limit=64 << 20,
            enable_SMTPUTF8=smtputf8,
        )

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """aiosmtpd's hook: keep the mail, or refuse it as told."""
        refusal = self.answer(envelope) if self.answer else None
        if refusal:
            return refusal
        with self._lock:
            self.envelopes.append(envelope)
        return "250 OK kept"

    @property
    def mails(self) -> list[Message]:
        """Everything accepted, parsed, in order of arrival."""
        with self._lock:
            kept = list(self.envelopes)
        return [message_from_bytes(envelope.original_content or b"") for envelope in kept]

    def counts(self) -> Counter[str]:
        """How often each Message-ID was accepted."""
        return Counter(str(mail["Message-ID"]) for mail in self.mails)

    def __enter__(self) -> "SmtpSink":
        self._controller.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._controller.stop()
