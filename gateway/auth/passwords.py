"""Argon2id, away from the event loop: one check takes tens of milliseconds of CPU."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP password storage cheat sheet: 19 MiB, 2 passes, 1 lane; the memory is taken per check.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Checked when nobody has the address, so that time does not tell who exists.
_NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZSBzYWx0IGhlcmU$0000000000000000000000000000000000000000000"
)
# 19 MB each: a burst of logins must not take the memory of the inbox.
_AT_ONCE = asyncio.Semaphore(2)


async def hash_password(password: str) -> str:
    """The hash to store."""
    async with _AT_ONCE:
        return await asyncio.to_thread(_HASHER.hash, password)


async def password_fits(password: str, hashed: str) -> bool:
    """Takes as long for an empty ``hashed`` as for a wrong password, and is False then."""
    async with _AT_ONCE:
        return await asyncio.to_thread(_check, hashed or _NOBODY, password) and bool(hashed)


def _check(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False
