"""What a ``channel.toml`` may say, as types: they check the file and make its JSON Schema.

An *expression* is JMESPath over what came (``item.from``); a *template* is text with expressions
in braces (``{settings.api_key}``).
"""

from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta

from connectors.events import Direction
from connectors.manifest import Capability, Limits, Tier, Transport

Expression: TypeAlias = Annotated[str, Meta(description="a JMESPath expression, as item.from")]
Template: TypeAlias = Annotated[str, Meta(description="text with expressions in braces: {to}")]
Templates: TypeAlias = dict[str, Any]
BodyForm = Literal["auto", "json", "form", "xml", "text"]
Encoding = Literal["hex", "hex_upper", "base64", "base64url"]
KeyEncoding = Literal["text", "hex", "base64", "base64url", "pem"]
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
SettingKind = Literal["text", "number", "switch", "choice"]
EventKind = Literal[
    "message",
    "receipt",
    "edit",
    "delete",
    "reaction",
    "postback",
    "typing",
    "membership",
    "call",
    "alert",
]
Outcome = Literal["retry", "rejected", "reauth", "window_closed", "unknown", "sent"]
FileMode = Literal["none", "in_text", "together", "each"]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file; a name that is not known is refused."""


class Setting(Part, frozen=True, kw_only=True):
    """A line of the inbox's form. Without ``default`` it must be filled in."""

    title: str = ""
    description: str = ""
    kind: SettingKind = "text"
    secret: bool = False
    signs: bool = False
    default: str | int | float | bool | None = None
    choices: tuple[str, ...] = ()


class Signed(Part, frozen=True, kw_only=True):
    """Where the signature or token stands: one of the three names."""

    header: str = ""
    query: str = ""
    field: str = ""
    prefix: Template = ""

    @property
    def places(self) -> tuple[str, ...]:
        """The names that are given."""
        return tuple(name for name in (self.header, self.query, self.field) if name)


class Unsigned(Part, frozen=True, kw_only=True, tag="none", tag_field="type"):
    """The provider proves nothing; give it a token in the address instead if you can."""


class Token(Signed, frozen=True, kw_only=True, tag="token", tag_field="type"):
    """The same secret in every request."""

    secret: Template


class Basic(Part, frozen=True, kw_only=True, tag="basic", tag_field="type"):
    """User and password of HTTP (RFC 7617)."""

    user: Template
    password: Template


class Timed(Signed, frozen=True, kw_only=True):
    """Signatures that may cover a time: older than ``tolerance_s`` is refused."""

    encoding: Encoding = "hex"
    timestamp: Expression = ""
    tolerance_s: int = 300


class Hmac(Timed, frozen=True, kw_only=True, tag="hmac", tag_field="type"):
    """A keyed digest of ``content``."""

    key: Template
    algorithm: str = "sha256"
    content: Template = "{raw}"
    key_encoding: KeyEncoding = "text"


class Hash(Timed, frozen=True, kw_only=True, tag="hash", tag_field="type"):
    """A plain digest of secret and content together; a list is sorted first."""

    content: Template | tuple[Template, ...]
    algorithm: str = "sha256"


class Ed25519(Timed, frozen=True, kw_only=True, tag="ed25519", tag_field="type"):
    """A signature by the provider's private key; ``key`` is the public one."""

    key: Template
    content: Template = "{raw}"
    key_encoding: KeyEncoding = "base64"


class PublicKey(Timed, frozen=True, kw_only=True, tag="public_key", tag_field="type"):
    """As ``ed25519``, by RSA (PKCS #1 v1.5) or ECDSA; ``key`` in PEM or as base64 of its DER."""

    key: Template
    algorithm: Literal["sha1", "sha256", "sha384", "sha512"] = "sha256"
    content: Template = "{raw}"


class Jwt(Signed, frozen=True, kw_only=True, tag="jwt", tag_field="type"):
    """A signed token. ``claims`` must be equal to their templates; an empty one must be absent."""

    key: Template
    algorithms: tuple[str, ...] = ("HS256",)
    key_encoding: KeyEncoding = "text"
    claims: dict[str, Template] = {}
    leeway_s: int = 60


class StandardWebhooks(Part, frozen=True, kw_only=True, tag="standard_webhooks", tag_field="type"):
    """Standard Webhooks 1.0: ``webhook-id``, ``webhook-timestamp``, ``webhook-signature``."""

    secret: Template


Signature = Unsigned | Token | Basic | Hmac | Hash | Ed25519 | PublicKey | Jwt | StandardWebhooks


class Answer(Part, frozen=True, kw_only=True):
    """What the provider wants to hear: ``body`` as text, or ``json``."""

    status: int = 200
    body: Template = ""
    json: Any = None
    content_type: str = ""
    headers: dict[str, Template] = {}


class Handshake(Answer, frozen=True, kw_only=True):
    """A question of the provider that is no message. ``unsigned``: it comes without signature."""

    when: Expression
    unsigned: bool = False


class Files(Part, frozen=True, kw_only=True):
    """The files of a message: ``each`` gives a list, the others look at one ``file`` of it.

    With neither ``url`` nor ``ref`` each one is itself a link.
    """

    each: Expression
    url: Expression = ""
    ref: Expression = ""
    name: Expression = ""
    type: Expression = ""
    kind: Expression = ""
    size: Expression = ""


class Segments(Part, frozen=True, kw_only=True):
    """A long SMS that comes in several requests."""

    number: Expression
    total: Expression
    ref: Expression = ""


class Event(Part, frozen=True, kw_only=True):
    """How one kind of event is read. ``each`` makes one event of every item of a list."""

    kind: EventKind
    each: Expression = ""
    when: Expression = ""
    id: Expression = ""
    dedupe: Expression = ""
    sender: Expression = ""
    family: str = ""
    scope: Expression = ""
    region: Template = ""
    sender_name: Expression = ""
    recipient: Expression = ""
    thread: Expression = ""
    direction: Direction = "in"
    text: Expression = ""
    html: Expression = ""
    subject: Expression = ""
    files: Expression | Files = ""
    segments: Segments | None = None
    reply_to: Expression = ""
    time: Expression = ""
    time_format: str | tuple[str, ...] = "auto"
    time_zone: str = ""
    state: Expression = ""
    states: dict[str, str | int | tuple[str | int, ...]] = {}
    reason: Expression = ""
    message_id: Expression = ""
    emoji: Expression = ""
    payload: Expression = ""
    duration: Expression = ""
    moved_to: Expression = ""


class Receive(Part, frozen=True, kw_only=True):
    """Requests of the provider."""

    signature: Signature | tuple[Signature, ...]
    events: tuple[Event, ...] = ()
    body: BodyForm = "auto"
    charset: str = ""
    handshake: Handshake | tuple[Handshake, ...] = ()
    ack: Answer = Answer()
    ignore: Expression = ""


class NoAuth(Part, frozen=True, kw_only=True, tag="none", tag_field="type"):
    """Credentials stand in the request itself, or there are none."""


class BasicAuth(Part, frozen=True, kw_only=True, tag="basic", tag_field="type"):
    """User and password of HTTP."""

    user: Template
    password: Template


class BearerAuth(Part, frozen=True, kw_only=True, tag="bearer", tag_field="type"):
    """``Authorization: Bearer ...``."""

    token: Template


class HeaderAuth(Part, frozen=True, kw_only=True, tag="header", tag_field="type"):
    """A header of the provider's own."""

    name: str
    value: Template


class OAuth(Part, frozen=True, kw_only=True, tag="oauth", tag_field="type"):
    """Client credentials (RFC 6749 section 4.4): a token is fetched, kept and renewed.

    It goes into ``header``; with an empty one it is the ``{token}`` of the request. ``refused``
    tells an answer that turns it down, where the provider does not say 401.
    """

    token_url: Template
    client_id: Template = ""
    client_secret: Template = ""
    scope: Template = ""
    style: Literal["basic", "form", "json", "query"] = "form"
    fields: Templates = {}
    token: Expression = "body.access_token"  # noqa: S105 - where it stands in the answer
    expires: Expression = "body.expires_in"
    header: str = "Authorization"
    prefix: str = "Bearer "
    refused: Expression = ""


Auth = NoAuth | BasicAuth | BearerAuth | HeaderAuth | OAuth


class Multipart(Part, frozen=True, kw_only=True):
    """A form in parts; the file is in it where ``file_field`` names its part."""

    file_field: str = ""
    fields: Templates = {}


class Call(Part, frozen=True, kw_only=True):
    """A request of ours: at most one of form, json, xml, text and multipart is its body."""

    method: Method = "POST"
    url: Template = ""
    query: Templates = {}
    headers: dict[str, Template] = {}
    form: Templates | None = None
    json: Any = None
    xml: Template = ""
    text: Template = ""
    multipart: Multipart | None = None
    content_type: str = ""
    charset: str = "utf-8"


class Variant(Part, frozen=True, kw_only=True):
    """Another request for some messages: what it does not say is as in [send]."""

    when: Expression
    method: Method | None = None
    url: Template | None = None
    query: Templates | None = None
    headers: dict[str, Template] | None = None
    form: Templates | None = None
    json: Any = None
    xml: Template | None = None
    text: Template | None = None
    multipart: Multipart | None = None
    content_type: str | None = None


class Sign(Part, frozen=True, kw_only=True):
    """A signature of our request, put into a header, the query or the form."""

    algorithm: str
    key: Template
    content: Template
    encoding: Encoding = "hex"
    header: str = ""
    query: str = ""
    form: str = ""
    prefix: Template = ""


class Upload(Call, frozen=True, kw_only=True):
    """A request that brings a file to the provider first; ``ref`` finds what names it then."""

    ref: Expression


class Success(Part, frozen=True, kw_only=True):
    """When a message was taken. Without ``status`` any 2xx; ``when`` must hold as well."""

    status: tuple[int, ...] = ()
    when: Expression = ""
    id: Expression = ""
    id_optional: bool = False


class Failure(Part, frozen=True, kw_only=True):
    """What an answer means; the first that fits counts, before [send.success]."""

    when: Expression
    outcome: Outcome
    reason: Template = ""
    after: Expression = ""


class Send(Call, frozen=True, kw_only=True):
    """How a message goes out."""

    auth: Auth = NoAuth()
    files: FileMode = "none"
    caption: bool = False
    idempotent: bool = False
    variants: tuple[Variant, ...] = ()
    upload: Upload | None = None
    sign: Sign | None = None
    success: Success = Success()
    failures: tuple[Failure, ...] = ()
    reason: Template = ""


class Media(Part, frozen=True, kw_only=True):
    """How received files are fetched: ``url`` for those that come as ``ref`` only."""

    url: Template = ""
    auth: Auth | None = None
    hosts: tuple[str, ...] = ()


class Probe(Part, frozen=True, kw_only=True):
    """A request that shows whether the credentials work, and sends nothing to anybody."""

    url: Template
    method: Method = "GET"
    query: Templates = {}
    headers: dict[str, Template] = {}
    auth: Auth | None = None
    ok: Expression = ""
    detail: Template = ""
    advice: str = "Copy the credentials anew from the provider's console."


class ChannelFile(Part, frozen=True, kw_only=True):
    """A whole channel. Of ``capabilities`` and ``receipts`` only what the rest does not show."""

    id: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{1,40}$")]
    name: str
    family: str = "tel"
    tier: Tier = "bronze"
    docs: str = "README.md"
    summary: str = ""
    transports: tuple[Transport, ...] = ("webhook",)
    capabilities: tuple[Capability, ...] = ()
    exempt: dict[str, str] = {}
    proved_by: dict[str, str] = {}
    limits: Limits = Limits()
    settings: dict[str, Setting] = {}
    maps: dict[str, dict[str, str]] = {}
    receive: Receive | None = None
    send: Send | None = None
    media: Media | None = None
    health: Probe | None = None
