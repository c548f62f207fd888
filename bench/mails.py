"""``python -m bench.mails``: what reading a mail costs, from raw bytes to a normalised message.

No store takes part. CPU seconds of this process, so a busy machine changes little; sanitising is
included. ``--write`` puts the table into docs/performance.md.
"""

import argparse
import base64
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from bench.samples import new_mail, reply, words
from connectors.contract import InboxId
from connectors.events import MessageReceived
from normalizer.pipeline import Context, normalise
from storage.ids import utc_now

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
MARK = "<!-- mails -->"
TO = "support@halden.example"
LARGE = 25_000_000
ROUNDS = 5


class Row(msgspec.Struct, frozen=True):
    """One kind of mail: its size, and how many of it one core reads in a second."""

    name: str
    size: int
    per_s: float
    wanted: str


def html_reply(serial: int) -> bytes:
    """About 4 kB as web mail writes it: text and HTML, the past in both."""
    mine, past = words(serial, 60), words(serial + 7, 110)
    line = "On Fri, Nov 20, 2026 at 9:00 AM Halden <support@halden.example> wrote:"
    page = (
        f'<div dir="ltr">{_lines(mine)}</div><br><div class="gmail_quote">'
        f'<div dir="ltr" class="gmail_attr">{line.replace("<", "&lt;").replace(">", "&gt;")}<br>'
        '</div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px '
        f'solid rgb(204,204,204);padding-left:1ex">{_lines(past)}</blockquote></div>'
    )
    quoted = "".join(f"> {one}\r\n" for one in past.split("\r\n"))
    head = reply(serial, TO, "p@halden.example").partition(b"Content-Type")[0].decode()
    body = (
        f'Content-Type: multipart/alternative; boundary="a"\r\n\r\n'
        f"--a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{mine}\r\n\r\n"
        f"{line}\r\n\r\n{quoted}"
        f"--a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{page}\r\n--a--\r\n"
    )
    return (head + body).encode()


def large_mail() -> bytes:
    """25 MB: a few words and one file."""
    raw = bytes(range(256)) * (LARGE * 3 // 4 // 256)
    head = new_mail(1, TO).partition(b"MIME-Version")[0]
    return head + (
        b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="m"\r\n\r\n'
        b"--m\r\n\r\nwords\r\n"
        b"--m\r\nContent-Type: application/octet-stream; name=a.bin\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(raw) + b"--m--\r\n"
    )


def _lines(text: str) -> str:
    return text.replace("\r\n", "<br>\r\n")


def read(raw: bytes) -> None:
    """As ingest does."""
    now = utc_now()
    mail = MessageReceived(
        dedupe_id="", native_id="", thread_key="", senders=(), occurred_at=now, mail=raw
    )
    context = Context(
        inbox_id=InboxId("bench"),
        channel="email",
        address=TO,
        journal_id="j",
        received_at=now,
        own=frozenset({TO}),
        origin="https://desk.halden.example",
    )
    normalise(mail, context)


def rate(make: Callable[[int], bytes], count: int) -> tuple[int, float]:
    """(bytes of one, mails a CPU second): the best of some rounds, after a warm-up."""
    raws = [make(serial) for serial in range(count)]
    for raw in raws[:50]:
        read(raw)
    best = 0.0
    for _ in range(ROUNDS):
        begun = time.process_time()
        for raw in raws:
            read(raw)
        best = max(best, count / (time.process_time() - begun))
    return len(raws[0]), best


def peak_mb() -> float:
    """The most memory that a process of its own has while it reads the large mail."""
    code = "import sys; from bench.mails import peak_of; print(peak_of(sys.argv[1]))"
    with tempfile.NamedTemporaryFile() as file:
        file.write(large_mail())
        file.flush()
        done = subprocess.run(
            [sys.executable, "-c", code, file.name],
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        )
    return float(done.stdout)


def peak_of(path: str) -> float:
    """MB of this process at its peak; what its parent had does not count, as it does in rusage."""
    read(Path(path).read_bytes())
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def table(rows: list[Row], memory_mb: float) -> str:
    """As it stands in the page."""
    lines = ["| mail | bytes | a second on one core | wanted |", "| --- | ---: | ---: | ---: |"]
    lines += [f"| {row.name} | {row.size} | {row.per_s:.0f} | {row.wanted} |" for row in rows]
    lines.append(f"| 25 MB, the process's peak | {LARGE} | {memory_mb:.0f} MB | 150 MB |")
    return "\n".join(lines)


def main() -> None:
    """Measure, print, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    rows = [
        Row("reply, plain text", *rate(lambda n: reply(n, TO, "p@halden.example"), 400), "1,000"),
        Row("reply, text and HTML", *rate(html_reply, 400), "1,000"),
        Row("new mail with HTML and a file", *rate(lambda n: new_mail(n, TO), 200), "350"),
    ]
    made = table(rows, peak_mb())
    print(made)
    if arguments.write:
        before, _, rest = PAGE.read_text().partition(MARK)
        after = rest.partition(MARK)[2]
        PAGE.write_text(f"{before}{MARK}\n\n{made}\n\n{MARK}{after}")


if __name__ == "__main__":
    main()
