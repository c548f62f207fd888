"""Requests and sends from public test suites, where the machine has them (never in the project)."""

import json
import os
from datetime import datetime
from pathlib import Path

import pytest

from connectors.explain import explain_webhook
from connectors.registry import Registry

SHARED = Path(os.environ.get("PARLEY_SHARED", Path(__file__).parents[3] / "shared"))
REGISTRY = Registry.load()
CHANNELS = {
    **{m.id: m.id for m in REGISTRY.manifests() if REGISTRY.installed(m.id).declared},
    "twilio": "twilio_sms",
    "telegram": "telegram",
    "generic_api": "api",
    "standard_webhooks": "api",
}
INDEX = SHARED / "corpora" / "channels" / "index.json"


def cases():
    if not INDEX.is_file():
        reason = f"no corpora at {SHARED}: set PARLEY_SHARED"
        return [pytest.param(None, None, marks=pytest.mark.skip(reason=reason))]
    rows = json.loads(INDEX.read_text())
    return [
        pytest.param(row, INDEX.parent / row["file"], id=row["file"])
        for row in rows
        if row["channel"] in CHANNELS
        and row["direction"] == "inbound"
        and row.get("expected_basis") == "sdk-test"
    ]


@pytest.mark.parametrize(("row", "path"), cases())
def test_inbound(row, path):
    wanted = row.get("expected") or {}
    seen = explain_webhook(REGISTRY, CHANNELS[row["channel"]], {}, json.loads(path.read_text()))
    if "text" in wanted:
        assert wanted["text"].strip() in [(event.text or "").strip() for event in seen.events]
    if "external_message_id" in wanted:
        assert wanted["external_message_id"] in [event.native_id for event in seen.events]
    if isinstance(wanted.get("attachments"), list):
        assert len(wanted["attachments"]) in [len(event.attachments) for event in seen.events]
    if "sender" in wanted:
        assert bare(wanted["sender"]) in [bare(event.sender or "") for event in seen.events]
    if isinstance(wanted.get("timestamp"), str):
        when = datetime.fromisoformat(wanted["timestamp"])
        assert when in [event.occurred_at for event in seen.events]
    for status in wanted.get("statuses") or []:
        if status.get("ExternalID"):
            assert status["ExternalID"] in [event.native_id for event in seen.events]
    if isinstance(wanted.get("valid"), bool):
        assert seen.verified is wanted["valid"]


def bare(sender):
    """An address without its family, and without what the source adds to it."""
    return sender.partition("#")[0].partition(":")[2].lstrip("+").lower()
