"""A real homeserver: Synapse, from a virtual environment of its own."""

import json
import socket
import subprocess
import time
import urllib.request

import pytest

from connectors.kit.egress import EgressClient
from tests.peers.environment import python_with

STARTS_WITHIN_S = 120


@pytest.fixture
async def http():
    async with EgressClient(["127.0.0.1"]) as client:
        yield client


@pytest.fixture(scope="module")
def homeserver(tmp_path_factory):
    """Its address."""
    python = python_with("matrix-synapse")
    folder = tmp_path_factory.mktemp("synapse")
    port = free_port()
    command = [python, "-m", "synapse.app.homeserver", "-c", configured(folder, port)]
    subprocess.run([*command, "--generate-keys"], cwd=folder, check=True)
    server = subprocess.Popen(command, cwd=folder)
    url = f"http://127.0.0.1:{port}"
    try:
        until_it_answers(url)
        yield url
    finally:
        server.terminate()
        server.wait()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def configured(folder, port):
    """JSON is YAML."""
    logs = folder / "log.yaml"
    logs.write_text(json.dumps({"version": 1, "root": {"level": "ERROR"}}))
    listener = {
        "port": port,
        "bind_addresses": ["127.0.0.1"],
        "type": "http",
        "tls": False,
        "resources": [{"names": ["client"]}],
    }
    much = {"per_second": 1000, "burst_count": 1000}
    config = {
        "server_name": "halden.example",
        "listeners": [listener],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "synapse.db")}},
        "log_config": str(logs),
        "media_store_path": str(folder / "media"),
        "signing_key_path": str(folder / "signing.key"),
        "trusted_key_servers": [],
        "report_stats": False,
        "enable_registration": True,
        "enable_registration_without_verification": True,
        "macaroon_secret_key": "m",
        "form_secret": "f",
        "rc_message": much,
        "rc_registration": much,
        "rc_joins": {"local": much},
        "rc_invites": {"per_room": much, "per_user": much, "per_issuer": much},
        "rc_room_creation": much,
        "url_preview_enabled": False,
    }
    path = folder / "homeserver.yaml"
    path.write_text(json.dumps(config))
    return str(path)


def until_it_answers(url):
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/_matrix/client/versions"):  # noqa: S310 - ours
                return
        except OSError:
            time.sleep(0.3)
    pytest.fail("Synapse does not answer")
