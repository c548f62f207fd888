"""A real mail relay (Postfix) with a configuration of its own, on a free loopback port.

Postfix starts as root only; it reads nothing and writes nothing outside of its own directory.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from storage.engines import free_port

START_S = 20.0
_SBIN = "/usr/sbin:/usr/local/sbin"
BINARY = shutil.which("postfix") or shutil.which("postfix", path=_SBIN)
SOURCE = shutil.which("smtp-source") or shutil.which("smtp-source", path=_SBIN)
MISSING = (
    "SKIPPED LOUDLY: no postfix here, so mail is NOT tested against it (apt: postfix)"
    if BINARY is None
    else ""
    if os.getuid() == 0
    else "SKIPPED LOUDLY: postfix starts as root only, so mail is NOT tested against it"
)

MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
maillog_file = {home}/log
maillog_file_prefixes = {home}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.posta.example
mydomain = posta.example
mydestination =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
alias_maps =
alias_database =
local_recipient_maps =
disable_dns_lookups = yes
smtp_host_lookup = native
smtp_tls_security_level = none
smtputf8_enable = no
transport_maps = inline:{{ {routes} }}
default_transport = error:5.4.4 no route to host
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
delay_warning_time = 1s
message_size_limit = 60000000
"""
SERVICES = (
    "127.0.0.1:{port} inet n - n - - smtpd",
    "cleanup unix n - n - 0 cleanup",
    "qmgr unix n - n 300 1 qmgr",
    "rewrite unix - - n - - trivial-rewrite",
    "bounce unix - - n - 0 bounce",
    "defer unix - - n - 0 bounce",
    "trace unix - - n - 0 bounce",
    "verify unix - - n - 1 verify",
    "flush unix n - n 1000? 0 flush",
    "proxymap unix - - n - - proxymap",
    "smtp unix - - n - - smtp",
    "relay unix - - n - - smtp",
    "error unix - - n - - error",
    "retry unix - - n - - error",
    "anvil unix - - n - 1 anvil",
    "scache unix - - n - 1 scache",
    "postlog unix-dgram n - n - 1 postlogd",
)


class Postfix:
    """A running relay; ``port`` is where it takes mail from this machine."""

    def __init__(self, home: Path, port: int) -> None:
        self.home = home
        self.port = port

    def log(self) -> str:
        """All that it logged."""
        path = self.home / "log"
        return path.read_text(errors="replace") if path.exists() else ""


@contextmanager
def running_postfix(routes: Mapping[str, int]) -> Iterator[Postfix]:
    """A relay that hands mail for each domain to a port of this machine; all else it returns.

    Stopped afterwards, with everything that it wrote.
    """
    home = Path(tempfile.mkdtemp(prefix="postfix"))
    port = free_port()
    _configure(home, port, routes)
    postfix = [BINARY or "postfix", "-c", str(home / "etc")]
    try:
        subprocess.run([*postfix, "start"], check=True, capture_output=True, timeout=START_S)
        relay = Postfix(home, port)
        _wait_for(relay)
        yield relay
    finally:
        subprocess.run([*postfix, "abort"], check=False, capture_output=True, timeout=START_S)
        shutil.rmtree(home, ignore_errors=True)


def _configure(home: Path, port: int, routes: Mapping[str, int]) -> None:
    home.chmod(0o755)
    for name in ("etc", "queue", "data"):
        (home / name).mkdir()
    owner = pwd.getpwnam("postfix")
    os.chown(home / "data", owner.pw_uid, owner.pw_gid)
    table = ", ".join(f"{domain}=smtp:[127.0.0.1]:{to}" for domain, to in routes.items())
    (home / "etc" / "main.cf").write_text(MAIN.format(home=home, routes=table))
    services = "\n".join(SERVICES).format(port=port)
    (home / "etc" / "master.cf").write_text(f"{services}\n")


def _wait_for(relay: Postfix) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", relay.port), timeout=2) as connection:
                if connection.recv(4) == b"220 ":
                    return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"postfix did not come up: {relay.log()[-2000:]}")
