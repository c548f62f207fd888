"""Many idle mailboxes and one huge one, read from a real IMAP server (dovecot).

``python -m bench.mailboxes [MAILBOXES] [MAILS]`` prints what they cost this process.
"""

import asyncio
import os
import random
import resource
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from connectors.channels.email.puller import ImapPuller
from connectors.channels.email.settings import Settings
from connectors.contract import Account, InboxId
from tests.peers.certificates import write_certificate
from tests.peers.imapd import PASSWORD, Imapd, running_imapd

SAMPLES = 40
MAIL_BYTES = 4_000


def mail(number: int) -> bytes:
    """A mail of about 4 kB."""
    head = f"From: c{number}@far.example\r\nSubject: {number}\r\nMessage-ID: <{number}@far.example>"
    return f"{head}\r\n\r\n{'words ' * (MAIL_BYTES // 6)}\r\n".encode()


def puller(server: Imapd, user: str, *, tls: bool) -> ImapPuller:
    """One mailbox, read from its start."""
    settings = Settings(
        imap_host="127.0.0.1",
        imap_port=server.tls_port if tls else server.port,
        imap_security="tls" if tls else "none",
        tls_ca_file=str(server.ca_file) if tls else "",
        imap_username=user,
        imap_password=PASSWORD,
        imap_first_run="all",
    )
    return ImapPuller(
        Account(
            inbox_id=InboxId(user),
            channel="email",
            name="",
            address="",
            hook_url="",
            settings=settings,
        )
    )


def resident_mb() -> float:
    """What this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


async def drain(one: ImapPuller, cursor: str) -> tuple[str, int]:
    """Everything new: the cursor, and how many."""
    count = 0
    async for item in one.pull(cursor):
        cursor, count = item.cursor, count + 1
    return cursor, count


async def follow(
    one: ImapPuller, user: str, seen: dict[str, float], ready: asyncio.Semaphore
) -> None:
    """As a worker does: pull, wait, pull."""
    cursor, _ = await drain(one, "")
    ready.release()
    while True:
        await one.wait(60)
        cursor, count = await drain(one, cursor)
        if count:
            seen[user] = time.perf_counter()


async def idle_mailboxes(server: Imapd, many: int) -> None:
    """Memory, threads, processor time at rest, and how soon new mail is in hand."""
    before, threads = resident_mb(), threading.active_count()
    seen: dict[str, float] = {}
    ready = asyncio.Semaphore(0)
    users = [f"idle{number}" for number in range(many)]
    pullers = [puller(server, user, tls=True) for user in users]
    started = time.perf_counter()
    tasks = [
        asyncio.create_task(follow(one, user, seen, ready))
        for one, user in zip(pullers, users, strict=True)
    ]
    for _ in users:
        await ready.acquire()
    print(f"{many} mailboxes logged in and read after {time.perf_counter() - started:.1f} s")
    await asyncio.sleep(3)
    used = time.process_time()
    await asyncio.sleep(10)
    print(f"processor at rest: {(time.process_time() - used) * 10:.2f} %")
    print(f"memory: {(resident_mb() - before) / many * 1000:.0f} kB each, over TLS")
    print(f"threads: {threading.active_count() - threads} more")
    await latency(server, users, seen)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for one in pullers:
        await one.close()


async def latency(server: Imapd, users: list[str], seen: dict[str, float]) -> None:
    """From the end of the delivery to the mail in hand."""
    delays: list[float] = []
    for user in random.sample(users, min(SAMPLES, len(users))):
        seen.pop(user, None)
        await asyncio.to_thread(server.deliver, user, mail(1))
        delivered = time.perf_counter()
        while user not in seen:  # noqa: ASYNC110  the mailbox's own task
            await asyncio.sleep(0.001)
        delays.append(max(seen[user] - delivered, 0.0) * 1000)
    delays.sort()
    print(f"new mail in hand: median {statistics.median(delays):.0f} ms, worst {delays[-1]:.0f} ms")


async def huge_mailbox(server: Imapd, mails: int) -> None:
    """A first synchronisation, as far as reading goes."""
    new = server.home / "mail" / "huge" / "new"
    for folder in ("cur", "new", "tmp"):
        (new.parent / folder).mkdir(parents=True)
    for number in range(mails):
        (new / f"{1_700_000_000 + number}.M{number}P1.halden").write_bytes(mail(number))
    owner = (server.home / "mail").stat()
    for path in (new.parent, *new.parent.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)
    one = puller(server, "huge", tls=False)
    before, started = resident_mb(), time.perf_counter()
    cursor, count = await drain(one, "")
    took = time.perf_counter() - started
    print(f"{count} mails of 4 kB: {took:.1f} s, {count / took:.0f} a second, ", end="")
    print(f"{resident_mb() - before:.0f} MB more memory")
    started = time.perf_counter()
    await drain(one, cursor)
    print(f"asked again with nothing new: {(time.perf_counter() - started) * 1000:.0f} ms")
    await one.close()


def main() -> None:
    """Both, one after the other."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    mails = int(sys.argv[2]) if len(sys.argv) > 2 else 50_000
    with tempfile.TemporaryDirectory() as folder:
        certificate = write_certificate(Path(folder))
        with running_imapd(*certificate) as server:
            asyncio.run(idle_mailboxes(server, many))
            asyncio.run(huge_mailbox(server, mails))


if __name__ == "__main__":
    main()
