"""The settings of one mail inbox; they draw the admin form and are checked from here."""

import ssl
from typing import Annotated, Literal

import msgspec

Security = Literal["tls", "starttls", "none"]
FirstRun = Literal["new", "days", "all"]
Port = Annotated[int, msgspec.Meta(ge=1, le=65_535)]


def _text(title: str, description: str = "") -> msgspec.Meta:
    return msgspec.Meta(title=title, description=description)


def _secret(title: str, description: str = "") -> msgspec.Meta:
    return msgspec.Meta(title=title, description=description, extra={"secret": True})


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Without ``imap_host`` mail comes by SMTP only; without ``smtp_host`` nothing can be sent."""

    imap_host: Annotated[str, _text("IMAP server", "Empty when mail is delivered by SMTP")] = ""
    imap_port: Port = 993
    imap_security: Annotated[Security, _text("IMAP encryption")] = "tls"
    imap_username: Annotated[str, _text("IMAP user")] = ""
    imap_password: Annotated[str, _secret("IMAP password")] = ""
    imap_folder: Annotated[str, _text("IMAP folder")] = "INBOX"
    imap_more_folders: Annotated[
        tuple[str, ...], _text("Further IMAP folders", "Read as well, once a minute")
    ] = ()
    imap_sent_folder: Annotated[
        str, _text("IMAP folder of sent mail", "Answers from other programs appear as ours")
    ] = ""
    imap_keep_sent: Annotated[
        bool, _text("Put our answers there too", "Not for Gmail and Microsoft 365, which do it")
    ] = False
    imap_first_run: Annotated[
        FirstRun, _text("At the first connection", "Take only new mail, that of some days, or all")
    ] = "new"
    imap_first_days: Annotated[
        int, msgspec.Meta(ge=1, le=36_500, title="Days", description="For a start with `days`")
    ] = 30
    imap_max_bytes: Annotated[
        int, _text("Largest mail", "Bytes; larger ones are listed in quarantine by their headers")
    ] = 50_000_000

    smtp_host: Annotated[str, _text("SMTP server", "The submission server for replies")] = ""
    smtp_port: Port = 587
    smtp_security: Annotated[Security, _text("SMTP encryption")] = "starttls"
    smtp_username: Annotated[str, _text("SMTP user", "Empty when no login is needed")] = ""
    smtp_password: Annotated[str, _secret("SMTP password")] = ""
    smtp_connections: Annotated[int, msgspec.Meta(ge=1, le=10, title="SMTP connections")] = 2
    smtp_unlimited: Annotated[
        bool, _text("Without a limit", "For a mail server of your own; else 5 mails a second")
    ] = False

    dkim_key: Annotated[
        str, _secret("DKIM key", "Private key in PEM; `parley inbox dkim` makes one")
    ] = ""
    dkim_selector: Annotated[str, _text("DKIM selector")] = "parley"
    dkim_domain: Annotated[str, _text("DKIM domain", "Empty: that of the inbox's address")] = ""

    tls_ca_file: Annotated[str, _text("CA file", "Only for servers with a private CA")] = ""

    trusted_authserv: Annotated[
        str,
        _text(
            "Mail server that checks senders",
            "The name in its Authentication-Results (mx.google.com); - for Microsoft 365",
        ),
    ] = ""

    oauth_token_url: Annotated[str, _text("OAuth token address", "Empty for passwords")] = ""
    oauth_client_id: Annotated[str, _text("OAuth client id")] = ""
    oauth_client_secret: Annotated[str, _secret("OAuth client secret")] = ""
    oauth_refresh_token: Annotated[str, _secret("OAuth refresh token")] = ""
    oauth_scope: Annotated[str, _text("OAuth scope", "Microsoft 365 wants it")] = ""

    @property
    def imap_folders(self) -> tuple[str, ...]:
        """Each once; the first is the one that is watched for news, that of sent mail the last."""
        sent = (self.imap_sent_folder,) if self.imap_sent_folder else ()
        return tuple(dict.fromkeys((self.imap_folder, *self.imap_more_folders, *sent)))

    @property
    def uses_oauth(self) -> bool:
        """Whether XOAUTH2 stands in for passwords, in and out."""
        return bool(self.oauth_token_url)


def tls_context(settings: Settings) -> ssl.SSLContext:
    """A verifying client context; ``tls_ca_file`` is trusted beside the system's authorities."""
    context = ssl.create_default_context()
    if settings.tls_ca_file:
        context.load_verify_locations(settings.tls_ca_file)
    return context
