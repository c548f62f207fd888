"""One IMAP folder over one connection: blocking, read-only, used from one thread.

Only ``abort`` may be called from elsewhere; it breaks a call that hangs.
"""

import contextlib
import socket
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from imapclient import (  # type: ignore[import-untyped]  # it ships no types
    IMAPClient,
    SocketTimeout,
)
from imapclient.exceptions import (  # type: ignore[import-untyped]  # as above
    IMAPClientAbortError,
    IMAPClientError,
    LoginError,
)

from connectors.channels.email.errors import (
    CommandRefused,
    CredentialsRefused,
    MailboxUnavailable,
)
from connectors.channels.email.settings import Settings, tls_context

CONNECT_S = 15.0
READ_S = 60.0
LOST = (IMAPClientAbortError, OSError, EOFError)


class Folder(msgspec.Struct, frozen=True, kw_only=True):
    """What selecting said."""

    validity: int
    next_uid: int


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """One mail before it is fetched; ``arrived`` is None where the server does not say."""

    uid: int
    size: int
    arrived: datetime | None


class Mailbox:
    """Every method raises MailboxUnavailable when the line is lost, CommandRefused on a NO."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: IMAPClient | None = None

    @property
    def is_open(self) -> bool:
        """Whether a login has succeeded and nothing broke since."""
        return self._client is not None

    def open(self, token: str) -> None:
        """Connect and log in: by ``token`` (XOAUTH2) unless it is empty."""
        s = self._settings
        try:
            client = IMAPClient(
                s.imap_host,
                s.imap_port,
                ssl=s.imap_security == "tls",
                ssl_context=tls_context(s) if s.imap_security == "tls" else None,
                timeout=SocketTimeout(connect=CONNECT_S, read=READ_S),
            )
        except LOST as error:
            raise MailboxUnavailable(f"{s.imap_host}:{s.imap_port}: {error}") from error
        self._client = client
        client.normalise_times = False
        try:
            self._log_in(client, token)
        except LoginError as error:
            self.close()
            raise CredentialsRefused(f"{s.imap_host} refuses the login: {error}") from error
        except (IMAPClientError, *LOST) as error:
            self.close()
            raise MailboxUnavailable(f"{s.imap_host}: {error}") from error

    def _log_in(self, client: IMAPClient, token: str) -> None:
        s = self._settings
        if s.imap_security == "starttls":
            client.starttls(tls_context(s))
        if not token:
            client.login(s.imap_username, s.imap_password)
            return
        try:
            client.oauth2_login(s.imap_username, token)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            raise LoginError(str(error)) from error

    def select(self) -> Folder:
        """EXAMINE: nothing we do changes a flag, let alone deletes."""
        answer = self._ask("select_folder", self._settings.imap_folder, readonly=True)
        next_uid = answer.get(b"UIDNEXT") or max(self.uids_after(0, None), default=0) + 1
        return Folder(validity=answer.get(b"UIDVALIDITY", 1), next_uid=next_uid)

    def uids_after(self, uid: int, since: date | None) -> list[int]:
        """Ascending. ``n:*`` always names the last mail (RFC 3501 section 6.4.8): filtered."""
        criteria: list[object] = ["UID", f"{uid + 1}:*"]
        if since:
            criteria += ["SINCE", since]
        return sorted(found for found in self._ask("search", criteria) if found > uid)

    def has_news(self, uid: int) -> bool:
        """Whether mail above ``uid`` is there, or came while this was asked.

        NOOP makes the server look; what it announces beside the search's answer would not be
        announced again to IDLE.
        """
        self._ask("noop")
        imap = self._open_client()._imap  # IMAPClient hides untagged answers beside a command's own
        imap.response("EXISTS")  # forgets what was announced before
        return bool(self.uids_after(uid, None)) or imap.response("EXISTS")[1] != [None]

    def summaries(self, uids: Sequence[int]) -> list[Summary]:
        """Those of ``uids`` that still exist, ascending."""
        found = self._fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
        return [
            Summary(uid=uid, size=data.get(b"RFC822.SIZE", 0), arrived=_utc(data))
            for uid, data in sorted(found.items())
        ]

    def bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
        """Whole mails, without setting \\Seen; those that went meanwhile are absent."""
        found = self._fetch(uids, ["BODY.PEEK[]"])
        return {uid: data[b"BODY[]"] for uid, data in found.items() if data.get(b"BODY[]")}

    def header(self, uid: int) -> bytes:
        """Only the header block of one mail, at most 64 kB."""
        data = self._fetch([uid], ["BODY.PEEK[HEADER]<0.65536>"]).get(uid, {})
        return next((v for k, v in data.items() if k.startswith(b"BODY[HEADER]")), b"") or b""

    def _fetch(self, uids: Sequence[int], what: list[str]) -> Mapping[int, dict[bytes, Any]]:
        found: Mapping[int, dict[bytes, Any]] = self._ask("fetch", uids, what)
        return found

    def idle(self, seconds: float) -> bool:
        """True when the server reported a change; False after ``seconds``, or without IDLE."""
        client = self._open_client()
        if not self._ask("has_capability", "IDLE"):
            return False
        try:
            client.idle()
            seen = client.idle_check(timeout=seconds)
            client.idle_done()
        except (IMAPClientError, *LOST) as error:
            self.close()
            raise MailboxUnavailable(f"IDLE broke off: {error}") from error
        return bool(seen)

    def _ask(self, method: str, *args: object, **options: object) -> Any:  # noqa: ANN401 - imapclient is untyped
        try:
            return getattr(self._open_client(), method)(*args, **options)
        except LOST as error:
            self.close()
            raise MailboxUnavailable(f"{self._settings.imap_host} broke off: {error}") from error
        except (IMAPClientError, ValueError) as error:
            raise CommandRefused(f"{self._settings.imap_host} to {method}: {error}") from error

    def _open_client(self) -> IMAPClient:
        if self._client is None:
            raise MailboxUnavailable("the connection is closed")
        return self._client

    def abort(self) -> None:
        """From any thread: break the line, so that a call that hangs raises at once."""
        client = self._client
        if client is not None:
            with contextlib.suppress(OSError):
                client.socket().shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close without waiting for the server; the next pull opens anew."""
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(IMAPClientError, *LOST):
                client.shutdown()


def _utc(data: Mapping[bytes, Any]) -> datetime | None:
    arrived = data.get(b"INTERNALDATE")
    return arrived.astimezone(UTC) if isinstance(arrived, datetime) else None
