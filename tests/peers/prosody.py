"""A real XMPP server, prosody, on free ports of loopback, with accounts of its own."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PASSWORD = "correct-horse"
HOST = "halden.example"
START_S = 20.0
CONFIG = """
admins = {{ }}
daemonize = false
run_as_root = true
data_path = "{data}"
pidfile = "{data}/prosody.pid"
log = {{ error = "{data}/prosody.log" }}
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {port} }}
s2s_ports = {{ }}
c2s_require_encryption = false
s2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_hashed"
modules_enabled = {{ "roster", "saslauth", "disco", "carbons", "mam", "smacks", "ping", "offline" }}
modules_disabled = {{ "s2s", "tls" }}
storage = "internal"
VirtualHost "{host}"
"""


def available() -> bool:
    """Whether it is installed."""
    return shutil.which("prosody") is not None and shutil.which("prosodyctl") is not None


@contextmanager
def prosody(folder: Path, accounts: tuple[str, ...]) -> Iterator[int]:
    """Its port; ``accounts`` are local parts of ``HOST``."""
    port = _free_port()
    config = folder / "prosody.cfg.lua"
    config.write_text(CONFIG.format(data=folder, port=port, host=HOST))
    for name in accounts:
        command = ["prosodyctl", "--config", str(config), "register", name, HOST, PASSWORD]
        subprocess.run(command, check=True, timeout=30, capture_output=True)
    server = subprocess.Popen(
        ["prosody", "--config", str(config), "-F"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(10)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError("prosody ended at once")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("prosody does not listen")
