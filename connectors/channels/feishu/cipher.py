"""Feishu's sealed events: AES-256-CBC under SHA-256 of the Encrypt Key, the IV in front.

https://open.feishu.cn/document/server-docs/event-subscription-guide/event-subscription-configure-/encrypt-key-encryption-configuration-case
"""

import base64
import binascii
import hashlib

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from connectors.errors import Unauthentic

IV = 16
BLOCK_BITS = 128


def opened(sealed: str, encrypt_key: str) -> bytes:
    """The plain event; Unauthentic under another key."""
    if not encrypt_key:
        raise Unauthentic("a sealed event, but no Encrypt Key is configured")
    try:
        raw = base64.b64decode(sealed, validate=True)
        decryptor = Cipher(
            algorithms.AES(hashlib.sha256(encrypt_key.encode()).digest()), modes.CBC(raw[:IV])
        ).decryptor()
        padded = decryptor.update(raw[IV:]) + decryptor.finalize()
        unpadder = PKCS7(BLOCK_BITS).unpadder()
        return unpadder.update(padded) + unpadder.finalize()
    except (ValueError, binascii.Error) as error:
        raise Unauthentic("the event cannot be decrypted: compare the Encrypt Key") from error
