"""Bytes as providers write them: signatures and keys."""

import base64
from collections.abc import Callable, Mapping

ENCODE: Mapping[str, Callable[[bytes], str]] = {
    "hex": bytes.hex,
    "hex_upper": lambda raw: raw.hex().upper(),
    "base64": lambda raw: base64.b64encode(raw).decode(),
    "base64url": lambda raw: base64.urlsafe_b64encode(raw).decode().rstrip("="),
}
DECODE: Mapping[str, Callable[[str], bytes]] = {
    "text": str.encode,
    "pem": str.encode,
    "hex": bytes.fromhex,
    "hex_upper": bytes.fromhex,
    "base64": lambda text: base64.b64decode(text, validate=True),
    "base64url": lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)),
}
