"""A channel.toml in small pieces, for tests."""

from datetime import UTC, datetime
from pathlib import Path

from connectors.contract import Account, InboxId, WebhookRequest
from connectors.declarative.declared import Declared
from connectors.http import Http
from connectors.placeholders import fill
from connectors.registry import Installed, Registry
from connectors.standin import StandInHttp

HEAD = 'id = "acme"\nname = "Acme"\n'
UNSIGNED = HEAD + '[receive]\nsignature = { type = "none" }\n'
NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


def declared(folder: Path, text: str) -> Declared:
    path = folder / "channel.toml"
    path.write_text(text)
    channel = Declared(path)
    assert channel.compiled
    return channel


def registry(folder: Path, text: str) -> Registry:
    channel = declared(folder, text)
    return Registry([Installed(manifest=channel.manifest, folder=folder, declared=channel)])


def connected(folder: Path, text: str, settings=None, http: Http | None = None):
    channels = registry(folder, text)
    account = Account(
        inbox_id=InboxId("i1"),
        channel="acme",
        name="",
        address="+15550100",
        hook_url="https://parley.example/hooks/acme/i1",
        settings=fill(channels.settings_type("acme"), settings or {}).values,
    )
    return channels.connect(account, http or StandInHttp())


def request(body=b"", kind="application/json", *, method="POST", query="", headers=None, at=NOW):
    from urllib.parse import parse_qsl

    return WebhookRequest(
        method=method,
        url="https://parley.example/hooks/acme/i1" + (f"?{query}" if query else ""),
        headers={"content-type": kind, **(headers or {})},
        query=dict(parse_qsl(query, keep_blank_values=True)),
        body=body if isinstance(body, bytes) else body.encode(),
        received_at=at,
    )
