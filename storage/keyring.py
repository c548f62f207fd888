"""Encryption at rest: AES-256-GCM under a ring of keys, and signing keys derived from it."""

import hashlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.errors import SealBroken

KEY_BYTES = 32
_FORMAT = b"\x01"
_ID_BYTES = 4
_NONCE_BYTES = 12
_HEADER_BYTES = 1 + _ID_BYTES + _NONCE_BYTES


class KeyRing:
    """Keys, newest first: the first seals, all of them open. Rotation puts a new key in front.

    Sealed bytes: 1 format, 4 key id, 12 nonce, ciphertext and tag. Nonces are random, so a key
    should be rotated before 2**32 seals (NIST SP 800-38D section 8.3).
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(f"a key ring needs keys of {KEY_BYTES} bytes, at least one")
        self._roots = tuple(keys)
        derived = [_derive(key, "seal") for key in keys]
        self._ciphers = {_key_id(key): AESGCM(key) for key in reversed(derived)}
        self._newest = _key_id(derived[0])

    @classmethod
    def load(cls, path: Path) -> Self:
        """The ring in a file of hex keys, one a line, newest first; made with one when absent."""
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_hex(KEY_BYTES) + "\n")
                file.flush()
                os.fsync(file.fileno())
        return cls([bytes.fromhex(line) for line in path.read_text().split()])

    def seal(self, plain: bytes, *, context: bytes) -> bytes:
        """Encrypt; ``context`` (whose it is) must be the same to open it."""
        nonce = os.urandom(_NONCE_BYTES)
        header = _FORMAT + self._newest + nonce
        return header + self._ciphers[self._newest].encrypt(nonce, plain, context)

    def open(self, sealed: bytes, *, context: bytes) -> bytes:
        """Decrypt; SealBroken when changed, of another context, or its key is gone."""
        cipher = self._ciphers.get(sealed[1 : 1 + _ID_BYTES])
        if cipher is None or sealed[:1] != _FORMAT or len(sealed) < _HEADER_BYTES:
            raise SealBroken("no key of this ring sealed it")
        nonce = sealed[1 + _ID_BYTES : _HEADER_BYTES]
        try:
            return cipher.decrypt(nonce, sealed[_HEADER_BYTES:], context)
        except InvalidTag:
            raise SealBroken("changed since it was sealed, or sealed for another context") from None

    def derive(self, purpose: str) -> bytes:
        """32 bytes to sign with for this purpose (HKDF-SHA256 of the newest key)."""
        return _derive(self._roots[0], purpose)

    def derive_all(self, purpose: str) -> tuple[bytes, ...]:
        """Newest first: what was signed before a rotation still verifies under the others."""
        return tuple(_derive(root, purpose) for root in self._roots)


def _derive(root: bytes, purpose: str) -> bytes:
    info = b"parley:" + purpose.encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(root)


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"parley:key-id:" + key).digest()[:_ID_BYTES]
