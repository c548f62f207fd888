"""A few connections to one submission server, kept open between replies."""

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator

from aiosmtplib import SMTP, SMTPAuthenticationError, SMTPException

from connectors.channels.email.metrics import CONNECTIONS_OUT
from connectors.channels.email.oauth import TokenGetter
from connectors.channels.email.settings import Settings, tls_context

PERMANENT = 500
COMMAND_S = 30.0
TRUSTED_S = 2.0  # a server that answered just now need not be asked whether it is still there
IDLE_S = 20.0  # shorter than any server's patience: Postfix gives 300 s, some give 30
MAILS_EACH = 50  # servers that count end a session at 100


class Line:
    """One SMTP session; ``used`` counts mails."""

    def __init__(self, smtp: SMTP) -> None:
        self.smtp = smtp
        self.used = 0
        self.rested_at = time.monotonic()

    @property
    def fresh(self) -> bool:
        """Whether the server can be expected to be still there and willing."""
        rested = time.monotonic() - self.rested_at
        return self.smtp.is_connected and rested < IDLE_S and self.used < MAILS_EACH

    @property
    def sure(self) -> bool:
        """Whether there is no need to ask. A line that broke still costs only a later try."""
        return time.monotonic() - self.rested_at < TRUSTED_S

    def drop(self) -> None:
        """Close without a word: the state of the session is unknown."""
        self.smtp.close()


class Connections:
    """At most ``settings.smtp_connections`` at a time; the last used is used first."""

    def __init__(self, settings: Settings, tokens: TokenGetter | None) -> None:
        self._settings = settings
        self._tokens = tokens
        self._room = asyncio.Semaphore(settings.smtp_connections)
        self._resting: list[Line] = []
        self._leaving: set[asyncio.Task[None]] = set()
        self._reaper: asyncio.TimerHandle | None = None
        self._tls: ssl.SSLContext | None = None
        self._closed = False
        self._shown = ""

    @contextlib.asynccontextmanager
    async def line(self) -> AsyncIterator[Line]:
        """A session that is logged in. It rests afterwards unless something went wrong.

        Raises what aiosmtplib raises, and CredentialsRefused from the token endpoint.
        """
        async with self._room:
            line = await self._resting_line() or await self._connect()
            CONNECTIONS_OUT.inc()
            try:
                yield line
            except BaseException:
                line.drop()
                raise
            finally:
                CONNECTIONS_OUT.dec()
            line.used += 1
            line.rested_at = time.monotonic()
            if line.fresh and not self._closed:
                self._resting.append(line)
                self._reap_later()
            else:
                await _leave(line)

    async def _resting_line(self) -> Line | None:
        """One that answers; a server may have hung up since."""
        while self._resting:
            line = self._resting.pop()
            if line.fresh and (line.sure or await _answers(line)):
                return line
            line.drop()
        return None

    def _reap_later(self) -> None:
        if self._reaper is None:
            self._reaper = asyncio.get_running_loop().call_later(IDLE_S, self._reap)

    def _reap(self) -> None:
        """Leave what nobody used for a while: a server counts open sessions against us."""
        self._reaper = None
        idle = [line for line in self._resting if not line.fresh]
        self._resting = [line for line in self._resting if line.fresh]
        for line in idle:
            task = asyncio.create_task(_leave(line))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)
        if self._resting:
            self._reap_later()

    async def _connect(self) -> Line:
        """An access token that was taken back before its time is renewed once."""
        self._shown = ""
        try:
            return await self._connected("")
        except SMTPAuthenticationError as error:
            if not self._shown or error.code < PERMANENT:
                raise
            return await self._connected(self._shown)

    async def _token(self, tokens: TokenGetter, refused: str) -> str:
        self._shown = await tokens(refused=refused)
        return self._shown

    async def _connected(self, refused: str) -> Line:
        s, tokens = self._settings, self._tokens
        smtp = SMTP(
            hostname=s.smtp_host,
            port=s.smtp_port,
            use_tls=s.smtp_security == "tls",
            start_tls=s.smtp_security == "starttls",
            tls_context=self._context(),
            username=s.smtp_username or None,
            password=None if self._tokens or not s.smtp_username else s.smtp_password,
            oauth_token_generator=(lambda: self._token(tokens, refused)) if tokens else None,
            timeout=COMMAND_S,
        )
        await smtp.connect()
        if smtp.is_ehlo_or_helo_needed:
            await smtp.ehlo()
        return Line(smtp)

    def _context(self) -> ssl.SSLContext | None:
        if self._settings.smtp_security != "none" and self._tls is None:
            self._tls = tls_context(self._settings)
        return self._tls

    async def close(self) -> None:
        """Say goodbye on every resting line, and let no more rest."""
        self._closed = True
        if self._reaper is not None:
            self._reaper.cancel()
        while self._resting:
            await _leave(self._resting.pop())
        if self._leaving:
            await asyncio.wait(self._leaving)


async def _answers(line: Line) -> bool:
    """RSET: one round trip instead of a mail whose fate would be in doubt."""
    try:
        await line.smtp.rset()
    except (SMTPException, OSError):
        return False
    return True


async def _leave(line: Line) -> None:
    with contextlib.suppress(SMTPException, OSError):
        await line.smtp.quit(timeout=2.0)
    line.drop()
