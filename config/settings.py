"""What an operator may change: environment ``PARLEY_*`` over ``parley.toml`` over defaults."""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

PREFIX = "PARLEY_"
FILE = "parley.toml"
_AT = re.compile(r" - at `\$\.?(?P<field>\w+)[^`]*`$")

Port = Annotated[int, Meta(ge=0, le=65535)]


class SettingsInvalid(Exception):
    """One setting is wrong; the message names it and the way out."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting; ``reference()`` prints this list for the documentation."""

    site_name: Annotated[str, Meta(min_length=1, description="the name agents see")] = "Parley"
    public_url: Annotated[
        str,
        Meta(
            pattern=r"^https?://[^/\s]+$",
            description="the address the outside uses, without a path: signatures and links",
            examples=["https://desk.example.com"],
        ),
    ] = "http://127.0.0.1:8080"
    mail_domain: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9.-]+$",
            description="the domain of our Message-IDs and reply addresses",
            examples=["desk.example.com"],
        ),
    ] = "localhost"
    http_host: Annotated[str, Meta(description="where HTTP listens")] = "127.0.0.1"
    http_port: Annotated[Port, Meta(description="HTTP port; 0 picks a free one")] = 8080
    http_processes: Annotated[
        int, Meta(ge=1, le=64, description="edge processes that share the port")
    ] = 1
    smtp_host: Annotated[str, Meta(description="where SMTP listens")] = "127.0.0.1"
    smtp_port: Annotated[Port, Meta(description="SMTP port; 0 picks a free one")] = 8025
    smtp_enabled: Annotated[bool, Meta(description="whether mail is taken by SMTP")] = True
    smtp_max_bytes: Annotated[
        int, Meta(ge=1024, le=150_000_000, description="largest mail, in bytes")
    ] = 26_214_400
    smtp_tls_cert: Annotated[str, Meta(description="PEM file; with it STARTTLS is offered")] = ""
    smtp_tls_key: Annotated[str, Meta(description="PEM file of the certificate's key")] = ""
    mail_check_senders: Annotated[
        bool, Meta(description="whether SPF, DKIM and DMARC of incoming mail are asked of the DNS")
    ] = True
    mail_dns: Annotated[
        tuple[str, ...],
        Meta(description="name servers for that; empty: the system's", examples=["10.0.0.53"]),
    ] = ()
    mail_relays: Annotated[
        tuple[str, ...],
        Meta(
            description="networks of our own mail servers in front of ours; private ones are ours",
            examples=["192.0.2.0/28"],
        ),
    ] = ()
    mail_authserv: Annotated[
        tuple[str, ...],
        Meta(
            description="names whose Authentication-Results count; - for one that writes none",
            examples=["mx.example.com"],
        ),
    ] = ()
    mail_forwarders: Annotated[
        tuple[str, ...],
        Meta(description="domains whose ARC seal on a forwarded mail counts", examples=["a.org"]),
    ] = ()
    mail_smime_ca: Annotated[
        str, Meta(description="PEM file of authorities whose S/MIME certificates count")
    ] = ""
    mail_openpgp_keys: Annotated[
        str, Meta(description="file of armoured OpenPGP keys whose signatures count")
    ] = ""
    webhook_max_bytes: Annotated[
        int, Meta(ge=1024, le=64_000_000, description="largest webhook, in bytes")
    ] = 10_485_760
    upload_max_bytes: Annotated[
        int, Meta(ge=1024, le=512_000_000, description="largest attachment, in bytes")
    ] = 26_214_400
    data_dir: Annotated[str, Meta(min_length=1, description="keys and embedded stores")] = "var"
    channels_dir: Annotated[
        str,
        Meta(description="folder of your own channel files; empty: data_dir/channels.d"),
    ] = ""
    mongo_url: Annotated[
        str,
        Meta(
            description="MongoDB replica set; empty starts the embedded one",
            examples=["mongodb://mongo1,mongo2,mongo3/?replicaSet=parley"],
        ),
    ] = ""
    mongo_database: Annotated[
        str, Meta(pattern=r"^[A-Za-z0-9_-]{1,60}$", description="the database's name")
    ] = "parley"
    redis_url: Annotated[
        str,
        Meta(
            description="Redis or Valkey; empty starts the embedded one",
            examples=["redis://redis:6379/0"],
        ),
    ] = ""
    secret_keys: Annotated[
        tuple[str, ...],
        Meta(description="32 random bytes each, base64, newest first; empty: data_dir/keys.toml"),
    ] = ()
    worker_processes: Annotated[int, Meta(ge=1, le=64, description="worker processes")] = 1
    ingest_shares: Annotated[
        int,
        Meta(ge=1, le=16, description="owners that share ingest; more than 1 needs a real MongoDB"),
    ] = 1
    demo: Annotated[bool, Meta(description="says in the app that the data is a demo")] = False
    egress_allow: Annotated[
        tuple[str, ...],
        Meta(description="private hosts that provider base URLs may name", examples=["10.0.0.7"]),
    ] = ()
    trusted_proxies: Annotated[
        tuple[str, ...],
        Meta(description="addresses whose X-Forwarded-For counts", examples=["10.0.0.1"]),
    ] = ()
    suppress_days: Annotated[
        int,
        Meta(ge=0, le=3650, description="how long a returned address is not written to; 0: never"),
    ] = 30
    session_days: Annotated[int, Meta(ge=1, le=365, description="how long a login lasts")] = 14
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="least severe line logged")
    ] = "info"

    @property
    def data(self) -> Path:
        """``data_dir`` as an absolute path: child processes may have another working directory."""
        return Path(self.data_dir).expanduser().absolute()

    @property
    def channels(self) -> Path:
        """The folder of the operator's own channel files, as an absolute path."""
        if not self.channels_dir:
            return self.data / "channels.d"
        return Path(self.channels_dir).expanduser().absolute()

    @property
    def secure(self) -> bool:
        """Whether the outside reaches us by TLS: decides the cookie's name and flags."""
        return self.public_url.startswith("https://")


_FIELDS = {field.name: field for field in msgspec.structs.fields(Settings)}


def load(environ: Mapping[str, str] | None = None, directory: Path | None = None) -> Settings:
    """Settings of this process. Raises SettingsInvalid, which names what is wrong."""
    env = os.environ if environ is None else environ
    path = Path(env.get("PARLEY_CONFIG") or (directory or Path.cwd()) / FILE)
    values = _from_file(path, required="PARLEY_CONFIG" in env) | _from_environment(env)
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise _explained(error, values, env) from error


def reference() -> list[tuple[str, str, str]]:
    """(environment name, default, meaning) of every setting, in order."""
    return [
        (PREFIX + name.upper(), str(field.default), _description(name))
        for name, field in _FIELDS.items()
    ]


def environment(settings: Settings) -> dict[str, str]:
    """The environment that makes ``load`` give these settings again, for child processes."""
    found: dict[str, str] = {}
    for name, field in _FIELDS.items():
        value = getattr(settings, name)
        if value != field.default:
            found[PREFIX + name.upper()] = _as_text(value)
    return found


def _as_text(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _from_file(path: Path, *, required: bool) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if required:
            raise SettingsInvalid("config", f"PARLEY_CONFIG names {path}: no such file") from None
        return {}
    except (OSError, ValueError) as error:
        raise SettingsInvalid("config", f"{path} cannot be read: {error}") from error
    for name in values:
        if name not in _FIELDS:
            near = difflib.get_close_matches(name, _FIELDS, 1)
            way = f"did you mean {near[0]!r}?" if near else "`parley settings` lists all"
            raise SettingsInvalid(name, f"{path}: there is no setting {name!r}; {way}")
    return values


def _from_environment(env: Mapping[str, str]) -> dict[str, Any]:
    """Only names that are settings: PARLEY_CONFIG and those of tools are not ours to refuse."""
    values: dict[str, Any] = {}
    for name, field in _FIELDS.items():
        text = env.get(PREFIX + name.upper())
        if text is not None:
            many = field.default == () or isinstance(field.default, tuple)
            values[name] = tuple(text.replace(",", " ").split()) if many else text
    return values


def _explained(
    error: msgspec.ValidationError, values: Mapping[str, Any], env: Mapping[str, str]
) -> SettingsInvalid:
    found = _AT.search(str(error))
    name = found["field"] if found else ""
    reason = _AT.sub("", str(error))
    shown = PREFIX + name.upper() if PREFIX + name.upper() in env else f"{FILE}: {name}"
    example = _example(name)
    got = "" if name == "secret_keys" else f" (it is {str(values.get(name))[:80]!r})"
    return SettingsInvalid(
        name, f"{shown}: {reason}{got}. It means: {_description(name)}{example}."
    )


def _metas(name: str) -> list[Meta]:
    found: list[Meta] = []
    kind = _FIELDS[name].type if name in _FIELDS else None
    while kind is not None and hasattr(kind, "__metadata__"):
        found += [one for one in kind.__metadata__ if isinstance(one, Meta)]
        kind = kind.__origin__
    return found


def _description(name: str) -> str:
    return next((meta.description for meta in _metas(name) if meta.description), "")


def _example(name: str) -> str:
    examples = next((meta.examples for meta in _metas(name) if meta.examples), None)
    default = _FIELDS[name].default if name in _FIELDS else ""
    value = examples[0] if examples else default
    return f"; for example {_as_text(value)}" if value not in ("", ()) else ""
