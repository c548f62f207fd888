"""A real IMAP server (dovecot) with a configuration of its own, on free loopback ports."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from imapclient import IMAPClient

PASSWORD = "correct-horse"
START_S = 20.0
BINARY = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")

CONFIG = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{cert}
ssl_key = <{key}
disable_plaintext_auth = no
auth_failure_delay = 0
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{home}/mail/%u
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  service_count = 0
  client_limit = 2000
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
mail_max_userip_connections = 2000
{oauth}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail/%u
}}
"""

OAUTH = """
auth_mechanisms = plain login xoauth2 oauthbearer
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {home}/oauth2.conf
}}
"""
INTROSPECTION = """
introspection_mode = post
introspection_url = {url}
force_introspection = yes
username_attribute = username
active_attribute = active
active_value = true
"""


class Imapd:
    """Any user name logs in with PASSWORD and has a mailbox of its own."""

    def __init__(self, home: Path, port: int, tls_port: int, ca_file: Path) -> None:
        self.home = home
        self.port = port
        self.tls_port = tls_port
        self.ca_file = ca_file
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return when it greets."""
        self._process = subprocess.Popen(
            [BINARY or "dovecot", "-F", "-c", str(self.home / "dovecot.conf")]
        )
        _wait_for(self.port, self.home)

    def stop(self) -> None:
        """Sessions end with BYE; the mail stays."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    @contextmanager
    def client(self, user: str, folder: str = "INBOX") -> Iterator[IMAPClient]:
        """A session of the mailbox's owner, to put and remove mail."""
        with IMAPClient("127.0.0.1", self.port, ssl=False, timeout=10) as client:
            client.login(user, PASSWORD)
            client.select_folder(folder)
            yield client

    def deliver(self, user: str, *mails: bytes, folder: str = "INBOX") -> None:
        """Append mails in order."""
        with self.client(user) as client:
            for mail in mails:
                client.append(folder, mail)


@contextmanager
def running_imapd(cert: Path, key: Path, introspection_url: str = "") -> Iterator[Imapd]:
    """Started, and ended afterwards; everything it wrote is removed.

    With ``introspection_url`` bearer tokens log in too: dovecot asks there whose they are.
    """
    home = Path(tempfile.mkdtemp(prefix="imapd"))
    port, tls_port = _free_ports(2)
    (home / "oauth2.conf").write_text(INTROSPECTION.format(url=introspection_url))
    (home / "dovecot.conf").write_text(
        CONFIG.format(
            home=home,
            port=port,
            tls_port=tls_port,
            password=PASSWORD,
            cert=cert,
            key=key,
            oauth=OAUTH.format(home=home) if introspection_url else "",
            **_users(home),
        )
    )
    server = Imapd(home, port, tls_port, cert)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def _users(home: Path) -> dict[str, str | int]:
    """Root needs dovecot's own users and a mail user beside; anybody else is all of them."""
    (home / "mail").mkdir()
    home.chmod(0o755)
    if os.getuid() == 0:
        mail = pwd.getpwnam("nobody")
        os.chown(home / "mail", mail.pw_uid, mail.pw_gid)
        names = {"internal": "dovecot", "internal_group": "dovecot", "login": "dovenull"}
        return {**names, "uid": mail.pw_uid, "gid": mail.pw_gid}
    me = pwd.getpwuid(os.getuid())
    return {
        "internal": me.pw_name,
        "internal_group": me.pw_gid,
        "login": me.pw_name,
        "uid": me.pw_uid,
        "gid": me.pw_gid,
    }


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _wait_for(port: int, home: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                if connection.recv(8).startswith(b"* OK"):
                    return
        except OSError:
            time.sleep(0.05)
    log = home / "log"
    raise AssertionError(f"dovecot did not come up: {log.read_text() if log.exists() else ''}")
