"""What an export holds."""

import hashlib
import io
import json
import tarfile
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from archive.errors import OutputExists, RangeInvalid
from archive.model import Progress, Scope
from archive.verify import verify
from connectors.contract import InboxId
from storage.events import Actor, Change, Event, event_id
from tests.archive.site import ALL, START, WORDS, Site
from ticketing.permissions import Viewer


def records(folder: Path, section: str) -> list[dict[str, object]]:
    """The records of a section."""
    lines = (folder / f"{section}.jsonl").read_text().splitlines()
    return [json.loads(line)["record"] for line in lines]


async def test_everything_is_there_and_proven(site: Site, tmp_path: Path) -> None:
    out = tmp_path / "archive"
    exported = await site.export(out)
    verdict = verify(out)
    assert verdict.problem is None
    assert verdict.manifest_sha256 == exported.manifest_sha256
    assert verdict.counts == {
        "messages": 5, "tickets": 2, "conversations": 2, "contacts": 1, "events": 5,
        "originals": 5, "attachments": 2, "gaps": 0,
    }  # fmt: skip
    first = records(out, "messages")[0]
    assert first["text"] == f"{WORDS} 0"
    assert first["received_at"] == "2026-11-01T00:00:00.000+00:00"
    assert "tokens" not in first  # a message of an older site has them
    original = records(out, "originals")[0]
    body = (out / str(original["path"])).read_bytes()
    assert body == f"raw 0 {WORDS}".encode()
    assert hashlib.sha256(body).hexdigest() == original["sha256"]
    assert original["headers"] == {"content-type": "text/plain"}


def _of_ticket(kind: str, ticket: str, inbox: str) -> Event:
    return Event(
        id=event_id(ticket, kind, "test"),
        kind=kind,
        ticket_id=ticket,
        inbox_id=inbox,
        actor=Actor(kind="agent", id="mira"),
        at=START + timedelta(minutes=9),
        changes=(Change(field="subject", before="Tent pole", after="Order of the other inbox"),),
    )


async def test_the_history_of_a_withheld_ticket_is_withheld_too(site: Site, tmp_path: Path) -> None:
    """Its events may bear the visible inbox, and tell of the hidden one."""
    await site.mongo.db["tickets"].update_one(
        {"_id": "t-mail"}, {"$set": {"inbox_ids": ["mail", "hidden"]}}
    )
    kinds = ("ticket.changed", "ticket.joined", "ticket.linked")
    told = [_of_ticket(kind, f"t-{inbox}", inbox) for kind in kinds for inbox in ("mail", "chat")]
    await site.mongo.collection("events", Event).insert_many(told)
    inboxes = frozenset({InboxId("mail"), InboxId("chat")})
    viewer = Viewer(agent_id="lena", name="Lena Brandt", role="compliance", inbox_ids=inboxes)
    out = tmp_path / "archive"
    await site.export(out, viewer=viewer)
    assert [one["id"] for one in records(out, "tickets")] == ["t-chat"]
    assert {one["ticket_id"] for one in records(out, "events")} == {"t-chat"}
    assert len(records(out, "events")) == 5
    assert [one["id"] for one in records(out, "gaps")] == ["t-mail"]
    assert verify(out).problem is None


async def test_a_tar_stream_verifies_too(site: Site, tmp_path: Path) -> None:
    stream = io.BytesIO()
    exported = await site.export(stream)
    out = tmp_path / "piped.tar"
    out.write_bytes(stream.getvalue())
    verdict = verify(out)
    assert verdict.problem is None
    assert verdict.manifest_sha256 == exported.manifest_sha256
    named = tmp_path / "named.tar"
    await site.export(named)
    assert named.read_bytes() == stream.getvalue()  # the same content, the same bytes
    with tarfile.open(named) as tar:
        assert tar.getnames()[-1] == "manifest.json"


async def test_range_and_inbox_limit_it(site: Site, tmp_path: Path) -> None:
    scope = Scope(
        since=START + timedelta(minutes=1), until=START + timedelta(minutes=4), inboxes=("chat",)
    )
    out = tmp_path / "archive"
    await site.export(out, scope)
    assert [record["id"] for record in records(out, "messages")] == ["m0001", "m0003"]
    assert [record["id"] for record in records(out, "tickets")] == ["t-chat"]
    assert {record["inbox_id"] for record in records(out, "events")} == {"chat"}
    assert verify(out).ok


async def test_events_of_another_inbox_in_the_same_ticket_stay_out(
    site: Site, tmp_path: Path
) -> None:
    await site.mongo.db["events"].update_many({}, {"$set": {"ticket_id": "t-chat"}})
    scope = msgspec.structs.replace(ALL, inboxes=("chat",))
    await site.export(tmp_path / "archive", scope)
    assert {one["inbox_id"] for one in records(tmp_path / "archive", "events")} == {"chat"}


async def test_many_in_one_millisecond_and_years_of_nothing(site: Site, tmp_path: Path) -> None:
    busy = START + timedelta(days=20)
    for n in range(100, 340):
        await site.receive(n, "chat", busy)
    out = tmp_path / "archive"
    reports: list[Progress] = []
    await site.export(
        out, Scope(since=START - timedelta(days=9000), until=ALL.until), report=reports.append
    )
    ids = [record["id"] for record in records(out, "messages")]
    assert len(ids) == len(set(ids)) == 245
    assert verify(out).ok
    assert reports[-1].messages == 245
    assert reports[-1].originals == 245


async def test_what_is_no_longer_kept_is_told(site: Site, tmp_path: Path) -> None:
    await site.mongo.db["journal"].delete_one({"request_id": "r1"})
    out = tmp_path / "archive"
    await site.export(out)
    gap = records(out, "gaps")[0]
    assert (gap["kind"], gap["message_id"]) == ("original", "m0001")
    verdict = verify(out)
    assert (verdict.ok, verdict.gaps) == (True, 1)


async def test_a_lost_or_spoilt_attachment_is_never_called_whole(
    site: Site, tmp_path: Path
) -> None:
    sha256 = hashlib.sha256(b"photo 1").hexdigest()
    await site.mongo.db["blobs"].update_one({"_id": sha256}, {"$set": {"data": b"spoilt"}})
    await site.export(tmp_path / "spoilt")
    await site.mongo.db["blobs"].delete_one({"_id": sha256})
    await site.export(tmp_path / "lost")
    for name in ("spoilt", "lost"):
        verdict = verify(tmp_path / name)
        problem = verdict.problem
        assert verdict.gaps == 1
        assert problem is not None
        assert problem.kind == "reference"
        assert sha256 in problem.detail


async def test_large_attachments_are_streamed(site: Site, tmp_path: Path) -> None:
    large = b"0123456789abcdef" * 65536 * 3
    ref = await site.blobs.put(large)
    await site.mongo.db["messages"].update_one(
        {"_id": "m0000"}, {"$set": {"files.0.sha256": ref.sha256}}
    )
    await site.export(tmp_path / "archive")
    stored = tmp_path / "archive" / "attachments" / ref.sha256[-2:] / ref.sha256
    assert stored.read_bytes() == large


async def test_nothing_is_overwritten(site: Site, tmp_path: Path) -> None:
    for name in ("taken", "taken.tar"):
        (tmp_path / name).write_text("mine")
        with pytest.raises(OutputExists):
            await site.export(tmp_path / name)
        assert (tmp_path / name).read_text() == "mine"
    with pytest.raises(RangeInvalid):
        await site.export(tmp_path / "new", Scope(since=START, until=START))


async def test_an_export_that_breaks_leaves_no_archive(site: Site, tmp_path: Path) -> None:
    def stop(progress: Progress) -> None:
        raise LookupError(progress)

    for name in ("archive", "archive.tar"):
        with pytest.raises(LookupError):
            await site.export(tmp_path / name, report=stop)
        assert not (tmp_path / name).exists()
