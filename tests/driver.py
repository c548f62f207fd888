"""The driver's sockets, closed where it forgets them.

PyMongo 4's async client closes its socket after a refusal, and not where its monitor is cancelled
while it connects: a client that is closed soon after it was opened leaves one to the garbage
collector. Its warning would fail whatever test runs then (the vendor's own tests have it:
mongodb/mongo-python-driver #2805).
"""

import socket
from types import SimpleNamespace

from pymongo import pool_shared


class _Forgotten(socket.socket):
    """Warns nobody when it is collected."""

    def __del__(self) -> None:
        self.close()


def close_forgotten_sockets() -> None:
    """For the whole run, and the driver's sockets alone: ours go on warning."""
    pool_shared.socket = SimpleNamespace(**{**vars(socket), "socket": _Forgotten})  # type: ignore[assignment]
