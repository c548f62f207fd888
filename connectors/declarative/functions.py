"""Functions that expressions may call, beside those of JMESPath itself.

Each takes what is not there (null) without complaint, so that one missing field spoils no other.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import ParamSpec, TypeVar
from urllib.parse import quote, unquote_plus, unquote_to_bytes

import msgspec
from jmespath import functions as standard

from connectors.declarative.inline_files import SCHEME, inline_url
from connectors.declarative.texts import Value, as_text
from connectors.declarative.times import AUTO, moment, zone_of
from connectors.kit.gsm import from_gsm, is_gsm
from connectors.kit.phone import e164
from storage.ids import utc_now

ONE: dict[str, object] = {"types": []}
MANY: dict[str, object] = {"types": [], "variadic": True}
SEARCHED = 10_000
NOTHING: tuple[object, ...] = (None, "", [], {})
NUMBER = re.compile(r"[0-9]{1,9}")
ENCODINGS: Mapping[str, Callable[[bytes], str | bytes]] = {
    "hex": bytes.hex,
    "base64": lambda raw: base64.b64encode(raw).decode(),
    "raw": bytes,
}

P = ParamSpec("P")
R = TypeVar("R")


def signature(*arguments: Mapping[str, object]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """As ``jmespath.functions.signature``, with types."""

    def mark(function: Callable[P, R]) -> Callable[P, R]:
        function.signature = arguments  # type: ignore[attr-defined]  # where jmespath looks for it
        return function

    return mark


class Functions(standard.Functions):  # type: ignore[misc]  # the library is untyped
    """One for each channel: ``maps`` are its ``[maps.*]`` tables, ``settings`` their names."""

    def __init__(self, maps: Mapping[str, Mapping[str, str]], settings: Iterable[str] = ()) -> None:
        super().__init__()
        self.maps = maps
        self.settings = frozenset(settings)

    @signature(MANY)
    def _func_is(self, value: Value, *wanted: Value) -> bool:
        """is(body.status, '0', 'ok'): whether it is one of them, written alike."""
        return value is not None and _plain(value) in {_plain(one) for one in wanted}

    @signature(MANY)
    def _func_text(self, *values: Value) -> str:
        """text(a, '-', b): all of them in one text; what is missing counts as nothing."""
        return "".join(map(as_text, values))

    @signature(ONE, MANY)
    def _func_lookup(self, name: str, value: Value, *otherwise: Value) -> Value:
        """lookup('kinds', item.type): what [maps.kinds] has for it, else the third argument."""
        found = self.maps.get(as_text(name), {}).get(as_text(value))
        return found if found is not None else (otherwise[0] if otherwise else None)

    @signature(MANY)
    def _func_e164(self, value: Value, region: Value = "") -> str:
        """e164(item.from, 'US'): a telephone number as +14155550100; other text as it stands."""
        raw = as_text(value).strip()
        return e164(raw.removeprefix("tel:"), as_text(region)) or raw

    @signature(ONE)
    def _func_digits(self, value: Value) -> str:
        """digits(to): only its digits, so without the plus sign."""
        return re.sub(r"\D", "", as_text(value), flags=re.ASCII)

    @signature(ONE)
    def _func_lower(self, value: Value) -> str:
        """lower(item.status)."""
        return as_text(value).lower()

    @signature(ONE)
    def _func_upper(self, value: Value) -> str:
        """upper(item.status)."""
        return as_text(value).upper()

    @signature(ONE)
    def _func_trim(self, value: Value) -> str:
        """trim(item.text): without white space at its ends."""
        return as_text(value).strip()

    @signature(ONE, ONE)
    def _func_split(self, value: Value, by: Value) -> list[str]:
        """split(item.media, ','): a list; nothing gives an empty one."""
        text = as_text(value)
        return text.split(as_text(by) or ",") if text else []

    @signature(MANY)
    def _func_list(self, *values: Value) -> list[Value]:
        """list(a, b): one list of all; lists in it are taken apart, what is empty is left out."""
        many = (value if isinstance(value, list) else [value] for value in values)
        return [one for each in many for one in each if one is not False and one not in NOTHING]

    @signature(ONE)
    def _func_rows(self, columns: Value) -> list[dict[str, Value]]:
        """rows({id: split(fields.ids, ','), state: split(fields.states, ',')}): one by one.

        A column that is no list says the same in every row; a shorter one lacks its last ones.
        """
        named = dict(_items(columns))
        lists = {name: value for name, value in named.items() if isinstance(value, list)}
        length = max(map(len, lists.values()), default=0)
        return [
            {n: v if n not in lists else v[at] if at < len(v) else None for n, v in named.items()}
            for at in range(length)
        ]

    @signature(ONE, ONE, ONE)
    def _func_replace(self, value: Value, old: Value, new: Value) -> str:
        """replace(item.from, 'tel:', '')."""
        return as_text(value).replace(as_text(old), as_text(new))

    @signature(ONE, ONE)
    def _func_cut(self, value: Value, most: Value) -> str:
        """cut(text, 160): its first 160 characters."""
        return as_text(value)[: int(most or 0)]

    @signature(ONE, ONE)
    def _func_match(self, value: Value, pattern: Value) -> str | None:
        r"""match(text, 'id=(\w+)'): the first group (or all) of a regular expression, or null."""
        found = re.search(as_text(pattern), as_text(value)[:SEARCHED])
        return None if found is None else found[1 if found.re.groups else 0]

    @signature(ONE, ONE)
    def _func_numbered(self, fields: Value, prefix: Value) -> list[Value]:
        """numbered(fields, 'MediaUrl'): the values of MediaUrl0, MediaUrl1 ... in order."""
        if not isinstance(fields, Mapping):
            return []
        start = as_text(prefix)
        tails = (name.removeprefix(start) for name in fields if name.startswith(start))
        numbers = sorted((int(tail), tail) for tail in tails if NUMBER.fullmatch(tail))
        return [fields[start + tail] for _, tail in numbers]

    @signature(MANY)
    def _func_url_decode(self, value: Value, charset: Value = "utf-8") -> str:
        """url_decode(item.text): %21 and + as ! and space."""
        return _decoded(unquote_to_bytes(as_text(value).replace("+", " ")), charset)

    @signature(ONE)
    def _func_percent(self, value: Value) -> str:
        """percent(text): all but letters, digits and -._~ as %XX (RFC 3986)."""
        return quote(as_text(value), safe="-._~")

    @signature(MANY)
    def _func_hex_decode(self, value: Value, charset: Value = "utf-16-be") -> str:
        """hex_decode(item.text): hexadecimal UCS-2 (or another charset) as text."""
        return _decoded(bytes.fromhex(as_text(value)), charset)

    @signature(MANY)
    def _func_hex(self, value: Value, charset: Value = "utf-16-be") -> str:
        """hex(text): text as hexadecimal UCS-2 (or another charset)."""
        return _bytes(value, as_text(charset)).hex()

    @signature(MANY)
    def _func_base64_decode(self, value: Value, charset: Value = "utf-8") -> str:
        """base64_decode(item.text)."""
        raw = as_text(value)
        return _decoded(base64.b64decode(raw + "=" * (-len(raw) % 4)), charset)

    @signature(MANY)
    def _func_base64(self, value: Value, charset: Value = "utf-8") -> str:
        """base64(text)."""
        return base64.b64encode(_bytes(value, as_text(charset))).decode()

    @signature(ONE, ONE)
    def _func_encode(self, value: Value, charset: Value) -> bytes:
        """encode(text, 'utf-16-be'): raw bytes, for form fields and queries."""
        return _bytes(value, as_text(charset))

    @signature(ONE)
    def _func_gsm_decode(self, value: Value) -> str:
        """gsm_decode(item.text): 7-bit codes that a gateway handed on undecoded."""
        return from_gsm(as_text(value))

    @signature(ONE)
    def _func_is_gsm(self, value: Value) -> bool:
        """is_gsm(text): false when the SMS must go out as Unicode."""
        return is_gsm(as_text(value))

    @signature(MANY)
    def _func_hash(self, algorithm: Value, value: Value, encoding: Value = "hex") -> str | bytes:
        """hash('sha256', text, 'hex' or 'base64' or 'raw')."""
        return encoded(hashlib.new(as_text(algorithm), _bytes(value)).digest(), encoding)

    @signature(MANY)
    def _func_hmac(
        self, algorithm: Value, key: Value, value: Value, encoding: Value = "hex"
    ) -> str | bytes:  # fmt: skip
        """hmac('sha256', settings.secret, text, 'hex' or 'base64' or 'raw', a key for the next)."""
        digest = hmac.new(_bytes(key), _bytes(value), as_text(algorithm)).digest()
        return encoded(digest, encoding)

    @signature(MANY)
    def _func_jwt(self, algorithm: Value, key: Value, claims: Value, seconds: Value = 300) -> str:
        """jwt('RS256', settings.private_key, {iss: settings.id}): a token, good for 300 seconds."""
        import jwt

        now = int(utc_now().timestamp())
        usual = {"iat": now, "exp": now + int(seconds), "jti": secrets.token_hex(16)}
        payload = {**usual, **(claims if isinstance(claims, dict) else {})}
        try:
            return jwt.encode(payload, as_text(key), as_text(algorithm))
        except (jwt.PyJWTError, NotImplementedError) as error:
            raise ValueError(f"no token can be signed: {error}") from error

    @signature(MANY)
    def _func_pairs(
        self, fields: Value, between: Value = "=", joint: Value = "&", *without: Value
    ) -> str:  # fmt: skip
        """pairs(fields, '=', '&', 'sig'): name=value&name=value sorted by name, without sig."""
        left_out = set(map(as_text, without))
        kept = [(n, as_text(v)) for n, v in _items(fields) if n not in left_out]
        return as_text(joint).join(f"{n}{as_text(between)}{v}" for n, v in sorted(kept))

    @signature(ONE)
    def _func_percent_pairs(self, fields: Value) -> str:
        """percent_pairs(form): as pairs, names and values percent-encoded (RFC 3986)."""
        kept = [(quote(n, safe="-._~"), quote(as_text(v), safe="-._~")) for n, v in _items(fields)]
        return "&".join(f"{n}={v}" for n, v in sorted(kept))

    @signature(ONE, ONE, ONE)
    def _func_masked(self, fields: Value, chars: Value, by: Value) -> dict[str, str]:
        """masked(fields, '&=', '_'): the same fields, each of these characters replaced."""
        table = str.maketrans(dict.fromkeys(as_text(chars), as_text(by)))
        return {name: as_text(value).translate(table) for name, value in _items(fields)}

    @signature(MANY)
    def _func_time(self, value: Value, form: Value = AUTO, zone: Value = "") -> str:
        """time(item.date, '%d/%m/%Y', 'Asia/Manila'): a time in ISO 8601, UTC."""
        return moment(value, (as_text(form),), zone_of(as_text(zone))).isoformat()

    @signature(MANY)
    def _func_clock(self, now: Value, form: Value, zone: Value = "") -> str:
        """clock(now, '%Y%m%d%H%M%S'): a moment as the provider writes it."""
        at = datetime.fromtimestamp(float(now), UTC).astimezone(zone_of(as_text(zone)))
        return at.strftime(as_text(form))

    @signature(ONE)
    def _func_parse_json(self, value: Value) -> Value:
        """parse_json(item.content): what a text holds as JSON."""
        text = as_text(value)
        return msgspec.json.decode(text) if text else None

    @signature(ONE)
    def _func_json(self, value: Value) -> str:
        """json(template.params): a value as JSON text."""
        return msgspec.json.encode(value).decode()

    @signature(ONE)
    def _func_parse_form(self, value: Value) -> dict[str, str]:
        """parse_form(text): a=1&b=2, or lines of a: 1, as names and values."""
        pairs = re.split(r"[&\r\n]+", as_text(value))
        halves = [re.split(r"[=:]", pair, maxsplit=1) for pair in pairs]
        return {unquote_plus(h[0]).strip(): unquote_plus(h[1]).strip() for h in halves if h[1:]}

    @signature(ONE, ONE)
    def _func_geo(self, latitude: Value, longitude: Value) -> str | None:
        """geo(item.lat, item.lon): a shared place as a link, for files."""
        if latitude is None or longitude is None:
            return None
        return f"geo:{float(latitude):.6f},{float(longitude):.6f}"

    @signature(MANY)
    def _func_inline(self, value: Value, media_type: Value = "") -> str | None:
        """inline(item.data, 'image/jpeg'): a file that came as base64, as a link, for files."""
        content = as_text(value)
        if content.startswith(SCHEME):
            return content
        return inline_url(content, as_text(media_type)) if content else None

    @signature(MANY)
    def _func_nonce(self, length: Value = 16) -> str:
        """nonce(16): random letters and digits, for signed requests."""
        return secrets.token_hex(64)[: int(length)]


FUNCTION_NAMES = frozenset(Functions.FUNCTION_TABLE)


def encoded(raw: bytes, encoding: Value) -> str | bytes:
    """``raw`` as ``hex`` or ``base64``, or as it is."""
    try:
        return ENCODINGS[as_text(encoding)](raw)
    except KeyError:
        raise ValueError(f"{encoding!r} is none of hex, base64, raw") from None


def _plain(value: Value) -> str:
    return as_text(value).strip().lower() if not isinstance(value, list | dict) else ""


def _items(fields: Value) -> list[tuple[str, Value]]:
    return list(fields.items()) if isinstance(fields, Mapping) else []


def _bytes(value: Value, charset: str = "utf-8") -> bytes:
    if isinstance(value, bytes):
        return value
    try:
        # only UTF-8 lacks no character but halves of some; what another lacks is refused
        errors = "backslashreplace" if charset == "utf-8" else "strict"
        return as_text(value).encode(charset, errors)
    except LookupError:
        raise ValueError(f"there is no charset {charset!r}") from None


def _decoded(raw: bytes, charset: Value) -> str:
    try:
        return raw.decode(as_text(charset), "replace")
    except LookupError:
        raise ValueError(f"there is no charset {charset!r}") from None
