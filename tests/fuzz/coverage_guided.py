"""Mails mutated where they reach new code, by atheris.

``python -m tests.fuzz.coverage_guided FOLDER [-runs=N]``

FOLDER keeps what was found worth mutating; it is filled with our samples first. Options are
libFuzzer's (``-max_total_time=600``). An exception or 10 s without an end is a finding.
"""

import sys
import tomllib
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["normalizer"]):
    from connectors.contract import InboxId
    from connectors.events import MessageReceived
    from normalizer.pipeline import Context, normalise

import msgspec

from bench.samples import new_mail, reply
from normalizer.model import MailRules
from storage.ids import utc_now
from tests.fuzz.shapes import SHAPES

HERE = Path(__file__).parent
NOW = utc_now()
CONTEXT = Context(
    inbox_id=InboxId("i"),
    channel="email",
    address="support@halden.example",
    journal_id="j",
    received_at=NOW,
    own=frozenset({"support@halden.example", "a@b.c"}),
    origin="https://desk.halden.example",
    rules=MailRules(reply_to_as_sender="whole", agent_forwards=True),
)


def read(raw: bytes) -> None:
    """As ingest does, up to what is stored."""
    mail = MessageReceived(
        dedupe_id="", native_id="", thread_key="", senders=(), occurred_at=NOW, mail=raw
    )
    msgspec.json.encode(normalise(mail, CONTEXT))


def seed(folder: Path) -> None:
    """Samples, the announcements of mail programs, and the beginnings of the hostile shapes."""
    folder.mkdir(parents=True, exist_ok=True)
    programs = tomllib.loads((HERE.parent / "normalizer/mail/announcements.toml").read_text())
    raws = [reply(1, "a@b.c", "p@x"), new_mail(1, "a@b.c")[:6000]]
    raws += [raw[:600] for raw in SHAPES.values()]
    raws += [
        f"\r\n\r\nhi\r\n{row}\r\n> x".encode() for t in programs.values() for row in t.values()
    ]
    for number, raw in enumerate(raws):
        (folder / f"seed-{number}").write_bytes(raw)


if __name__ == "__main__":
    seed(Path(sys.argv[1]))
    atheris.Setup([*sys.argv, "-timeout=10", "-max_len=8000", "-rss_limit_mb=1500"], read)
    atheris.Fuzz()
