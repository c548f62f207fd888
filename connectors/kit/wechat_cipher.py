"""The sealed callbacks of WeChat, WeCom and DingTalk: SHA-1 over sorted parts, AES-256-CBC.

https://developer.work.weixin.qq.com/document/path/90968 (the other two use the same scheme).
"""

import base64
import binascii
import hashlib
import secrets

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from connectors.errors import SettingsInvalid, Unauthentic
from connectors.kit.signatures import same

BLOCK = 32
NOISE = 16
LENGTH = 4
KEY_LENGTH = 43


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """``token`` signs, ``aes_key`` (43 characters) seals, ``owner`` is whom it is for: the app id,
    corp id or app key that stands behind each message.
    """

    token: str
    aes_key: str
    owner: str

    def check(self, signature: str, *parts: str) -> None:
        """Raises Unauthentic unless ``signature`` is that of the token and ``parts``."""
        if not same(self.sign(*parts), signature.lower()):
            raise Unauthentic("the signature does not fit: compare the callback token")

    def sign(self, *parts: str) -> str:
        """SHA-1 over the sorted parts, the token among them."""
        return hashlib.sha1("".join(sorted((self.token, *parts))).encode()).hexdigest()  # noqa: S324

    def open(self, sealed: str) -> bytes:
        """The plain message; Unauthentic when the key or the owner is another."""
        try:
            given = base64.b64decode(sealed, validate=True)
            decryptor = self._cipher().decryptor()
            plain = decryptor.update(given) + decryptor.finalize()
        except (ValueError, binascii.Error) as error:
            raise Unauthentic("the message cannot be decrypted") from error
        plain = plain[: -plain[-1]] if plain else b""
        length = int.from_bytes(plain[NOISE : NOISE + LENGTH], "big")
        end = NOISE + LENGTH + length
        if self.owner and not same(plain[end:], self.owner):
            raise Unauthentic("the message is for another account, or the AES key is wrong")
        return plain[NOISE + LENGTH : end]

    def seal(self, plain: bytes, noise: bytes | None = None) -> str:
        """``plain`` as the other side opens it; ``noise`` is 16 random bytes."""
        noise = secrets.token_bytes(NOISE) if noise is None else noise
        whole = noise + len(plain).to_bytes(LENGTH, "big") + plain + self.owner.encode()
        gap = BLOCK - len(whole) % BLOCK
        encryptor = self._cipher().encryptor()
        return base64.b64encode(
            encryptor.update(whole + bytes([gap]) * gap) + encryptor.finalize()
        ).decode()

    def _cipher(self) -> Cipher[modes.CBC]:
        key = aes_key(self.aes_key)
        return Cipher(algorithms.AES(key), modes.CBC(key[:NOISE]))


def aes_key(text: str) -> bytes:
    """The 32 bytes behind 43 characters of base64 without their ``=``."""
    try:
        key = base64.b64decode(f"{text}=")
    except binascii.Error as error:
        raise SettingsInvalid("encoding_aes_key", "is not base64") from error
    if len(text) != KEY_LENGTH or len(key) != BLOCK:
        raise SettingsInvalid("encoding_aes_key", f"must have {KEY_LENGTH} characters")
    return key
