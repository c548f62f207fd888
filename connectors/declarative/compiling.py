"""A channel.toml as read, made ready to run: everything is checked and compiled once."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec

from connectors.declarative import model
from connectors.declarative.answers import Greeting, Reply
from connectors.declarative.auth import REPLY_NAMES, Connection, Credentials, credentials
from connectors.declarative.documents import REQUEST_NAMES, Lazy, Reader
from connectors.declarative.expressions import Gettable
from connectors.declarative.functions import Functions
from connectors.declarative.inbound import Inbound, RuleInvalid
from connectors.declarative.manifest import manifest_of
from connectors.declarative.outbound import Outbound
from connectors.declarative.reading import holds
from connectors.declarative.requests import MESSAGE_NAMES, Caller
from connectors.declarative.signatures import Verifier
from connectors.declarative.templates import Scope

KINDS: Mapping[str, type] = {"text": str, "number": int, "switch": bool}
BLANK: Mapping[str, object] = {"text": "", "number": 0, "switch": False}


class PlaceInvalid(ValueError):
    """``path`` is where in the file something is wrong: ("receive", "events", 0, "sender")."""

    def __init__(self, path: tuple[str | int, ...], reason: str) -> None:
        super().__init__(reason)
        self.path = path


class Compiled:
    """One channel. Making it raises PlaceInvalid."""

    def __init__(self, file: model.ChannelFile) -> None:
        functions = Functions(file.maps, file.settings)
        scope = Scope(REQUEST_NAMES, functions)
        self.file = file
        self.settings_type = _settings_type(file)
        self.manifest = manifest_of(file)
        receive = file.receive
        self.receives, self.sends = receive is not None, file.send is not None
        self.checks = file.health is not None
        self.reader = Reader(receive.body, receive.charset) if receive else Reader()
        if receive is not None:
            self._compile_receiving(receive, scope)
        with _at("send"):
            self._outbound = Outbound(file.send, self.manifest.limits, scope) if file.send else None
        with _at("health"):
            self._probe = Probing(file.health, file, scope) if file.health else None
        with _at("media"):
            self.media = _media(file, scope)

    def _compile_receiving(self, receive: model.Receive, scope: Scope) -> None:
        with _at("receive", "signature"):
            self.verifier = Verifier(receive.signature, scope)
        with _at("receive", "handshake"):
            given = receive.handshake
            each = given if isinstance(given, tuple) else (given,)
            self.handshakes = [Greeting(one, scope) for one in each]
        with _at("receive", "ack"):
            self.ack = Reply(receive.ack, scope)
        with _at("receive", "events"):
            self.inbound = Inbound(receive, self.file.family, scope)

    def sending(self) -> Outbound:
        """The way out, of a channel that ``sends``."""
        if self._outbound is None:
            raise TypeError("this channel does not send")
        return self._outbound

    @property
    def probe(self) -> "Probing":
        """The health check, of a channel that ``checks``."""
        if self._probe is None:
            raise TypeError("this channel has no health check")
        return self._probe


class Probing:
    """A compiled [health]."""

    def __init__(self, test: model.Probe, file: model.ChannelFile, scope: Scope) -> None:
        inner = Scope(MESSAGE_NAMES, scope.functions)
        answer = Scope(REPLY_NAMES, scope.functions)
        call = model.Call(method=test.method, url=test.url, query=test.query, headers=test.headers)
        self.caller = Caller(call, inner)
        self.credentials = credentials(_auth(test.auth, file), inner)
        self.advice = test.advice
        self._ok = answer.expression(test.ok) if test.ok else None
        self._detail = answer.template(test.detail)

    def holds(self, answer: Lazy) -> bool:
        """Whether a 2xx answer is a good one."""
        try:
            return self._ok is None or holds(self._ok(answer))
        except ValueError:
            return False

    def detail(self, answer: Lazy) -> str:
        """What an administrator reads, or ""."""
        try:
            return self._detail.text(answer)
        except ValueError:
            return ""


class MediaAccess(msgspec.Struct, frozen=True):
    """A compiled [media]."""

    url: Any
    credentials: Callable[[Connection], Credentials]
    hosts: tuple[Any, ...]

    def hosts_for(self, document: Gettable) -> set[str]:
        """Hosts that may see our credentials."""
        found = {one.text(document).lower() for one in self.hosts}
        return {urlsplit(one).hostname or "" if "://" in one else one for one in found}


def _media(file: model.ChannelFile, scope: Scope) -> MediaAccess | None:
    if file.media is None:
        return None
    inner = Scope(frozenset({"settings", "from", "hook_url", "ref", "token"}), scope.functions)
    hosts = tuple(inner.template(host) for host in file.media.hosts)
    if file.media.url:
        hosts = (*hosts, inner.template(_origin(file.media.url)))
    outer = Scope(MESSAGE_NAMES, scope.functions)
    made = credentials(_auth(file.media.auth, file), outer)
    return MediaAccess(inner.template(file.media.url), made, hosts)


def _origin(url: str) -> str:
    scheme, found, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}" if found else url.partition("}")[0] + "}"


def _auth(own: model.Auth | None, file: model.ChannelFile) -> model.Auth:
    if own is not None:
        return own
    return file.send.auth if file.send else model.NoAuth()


@contextmanager
def _at(*path: str) -> Iterator[None]:
    """Say where in the file a ValueError comes from."""
    try:
        yield
    except RuleInvalid as error:
        raise PlaceInvalid((*path, error.index), str(error)) from error
    except ValueError as error:
        raise PlaceInvalid(path, str(error)) from error


def _settings_type(file: model.ChannelFile) -> type[msgspec.Struct]:
    required: list[Any] = []
    optional: list[Any] = []
    for name, setting in file.settings.items():
        with _at("settings", name):
            hint, default = _field(name, setting)
        if default is None:
            required.append((name, hint))
        else:
            optional.append((name, hint, default))
    return msgspec.defstruct(
        "Settings", required + optional, frozen=True, kw_only=True, module=__name__
    )


def _field(name: str, setting: model.Setting) -> tuple[Any, object]:
    if not name.isidentifier() or name != name.lower():
        raise ValueError(f"setting {name!r}: use lower case letters, digits and _")
    if (setting.kind == "choice") != bool(setting.choices):
        raise ValueError('choices belong to kind = "choice"')
    kind: Any = Literal[setting.choices] if setting.choices else KINDS[setting.kind]
    if setting.default is not None and not _fits(setting.default, kind, setting):
        raise ValueError(f"default {setting.default!r} is no {setting.kind}")
    meta = msgspec.Meta(
        title=setting.title or name.replace("_", " ").capitalize(),
        description=setting.description,
        min_length=1 if setting.kind == "text" and setting.default is None else None,
        extra={"secret": setting.secret or setting.signs, "signs": setting.signs},
    )
    return Annotated[kind, meta], setting.default


def _fits(default: object, kind: Any, setting: model.Setting) -> bool:  # noqa: ANN401 - a type
    return default in setting.choices if setting.choices else isinstance(default, kind)
