"""Logging in to IMAP: by password, or by a bearer token (XOAUTH2, or OAUTHBEARER of RFC 7628)."""

import base64

from connectors.channels.email.errors import CommandRefused, CredentialsRefused
from connectors.channels.email.imap_session import ImapSession
from connectors.channels.email.imap_stream import Response, quoted
from connectors.channels.email.settings import Settings

MECHANISMS = ("XOAUTH2", "OAUTHBEARER")
_GIVE_UP = {"XOAUTH2": b"", "OAUTHBEARER": base64.b64encode(b"\x01")}


async def log_in(session: ImapSession, settings: Settings, token: str) -> None:
    """By ``token`` unless it is empty. CredentialsRefused needs a person, MailboxUnavailable time.

    The server may announce more once it knows who asks: what it can is learnt anew.
    """
    if session.preauthenticated:
        return
    try:
        if token:
            await _by_token(session, settings, token)
        else:
            await _by_password(session, settings)
    except CommandRefused as error:
        session.leave()
        raise CredentialsRefused(f"{settings.imap_host} refuses the login: {error}") from error
    await session.learn_capabilities()


async def _by_password(session: ImapSession, s: Settings) -> None:
    if b"LOGINDISABLED" in session.capabilities:
        raise CommandRefused("the server takes no password without encryption")
    session.forget_capabilities()
    await session.command(b"LOGIN", [quoted(s.imap_username), quoted(s.imap_password)])


async def _by_token(session: ImapSession, s: Settings, token: str) -> None:
    offered = [m for m in MECHANISMS if f"AUTH={m}".encode() in session.capabilities]
    if not offered:
        raise CommandRefused("the server offers neither XOAUTH2 nor OAUTHBEARER")
    exchange = _Exchange(offered[0], s, token)
    at_once = [exchange.initial] if b"SASL-IR" in session.capabilities else []
    exchange.said_initial = bool(at_once)
    session.forget_capabilities()
    name = f"AUTHENTICATE {offered[0]}".encode()
    try:
        await session.command(name, at_once, answer=exchange.answer)
    except CommandRefused as error:
        raise CommandRefused(f"{error} {exchange.complaint}".strip()) from error


class _Exchange:
    """One SASL exchange: the token, and how to end it when the server explains its refusal."""

    def __init__(self, mechanism: str, s: Settings, token: str) -> None:
        bearer = f"auth=Bearer {token}\x01\x01"
        said = {
            "XOAUTH2": f"user={s.imap_username}\x01{bearer}",
            "OAUTHBEARER": f"n,a={_saslname(s.imap_username)},\x01"
            f"host={s.imap_host}\x01port={s.imap_port}\x01{bearer}",
        }
        self._mechanism = mechanism
        self.initial = base64.b64encode(said[mechanism].encode())
        self.said_initial = False
        self.complaint = ""

    def answer(self, challenge: Response) -> bytes:
        """The token when it is asked for; after a complaint, what lets the server say NO."""
        if not self.said_initial:
            self.said_initial = True
            return self.initial
        self.complaint = _decoded(challenge.line)
        return _GIVE_UP[self._mechanism]


def _saslname(name: str) -> str:
    """RFC 5801 section 4."""
    return name.replace("=", "=3D").replace(",", "=2C")


def _decoded(line: bytes) -> str:
    """Google's and Microsoft's words: JSON in base64."""
    try:
        said = base64.b64decode(line, validate=True).decode()
    except ValueError:
        return ""
    return "".join(c for c in said if c.isprintable())[:200]
