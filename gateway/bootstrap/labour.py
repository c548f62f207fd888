"""Wiring of a worker process on the foundation."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import timedelta
from functools import partial

import msgspec

from connectors.kit.dns import DnsClient
from gateway.bootstrap.commands import composer
from gateway.bootstrap.foundation import Foundation
from gateway.bootstrap.people import people_chores, people_jobs
from gateway.bootstrap.types import state_chores
from gateway.bootstrap.work import bulk_runner, work_chores
from gateway.channel_files import follow_files
from gateway.searching import Keeper
from gateway.traffic.store import TrafficStore
from gateway.traffic.watching import SilenceWatch
from gateway.typists import Typists
from gateway.workers.bulk import run_bulk
from gateway.workers.delivering import Deliveries
from gateway.workers.housekeeping import Chore, keep_house
from gateway.workers.ingest import IngestOwner, sweep_journal
from gateway.workers.jobs import Job, work
from gateway.workers.leased import while_leased
from gateway.workers.loops import Bell, listen
from gateway.workers.media import MediaFetcher
from gateway.workers.relaying import sweep_relay
from gateway.workers.senders import prover
from gateway.workers.sources import Sources, said
from gateway.workers.store import CursorStore, MediaStore
from normalizer.model import MessageId
from normalizer.trust.check import SenderCheck
from outbound.automatic.acknowledging import Acknowledger
from outbound.deliver import Deliverer
from outbound.receipts import Receipts
from outbound.settler import Settler
from outbound.sweeper import Sweeper
from outbound.throttle import Throttle
from storage.buckets import TokenBuckets
from storage.doorbell import BELL_CHANNEL, DRAIN_JOB
from storage.events import Event
from storage.ids import utc_now
from storage.mongo import Session
from storage.redis import connect
from ticketing.audit.sealing import Sealer
from ticketing.audit.store import AuditStore
from ticketing.ingest.drain import Ingest
from ticketing.ingest.senders import Senders
from ticketing.people.lists.running import spare_files
from ticketing.people.lists.store import ListStore
from ticketing.search.following import KEPT as FEED_KEPT

Loop = Callable[[], Coroutine[None, None, None]]
ORPHANS_KEPT = timedelta(days=1)


class Labour(msgspec.Struct, frozen=True, kw_only=True):
    """Loops by name; each runs until cancelled. ``deliverer`` is closed after them."""

    loops: Mapping[str, Loop]
    deliverer: Deliverer


class _Bells(msgspec.Struct, frozen=True, kw_only=True):
    """What is rung by jobs and by pub/sub, and waited for by loops."""

    drains: list[Bell]
    relay: Bell
    jobs: Bell
    rung: Bell
    news: Bell
    bulk: Bell
    search: Bell

    @property
    def by_name(self) -> dict[str, list[Bell]]:
        """As ``BELL_CHANNEL`` names them; ``jobs`` hears all of it."""
        one = {
            "relay": self.relay,
            "deliver": self.rung,
            "pull": self.news,
            "bulk": self.bulk,
            "search": self.search,
        }
        return {DRAIN_JOB: self.drains, **{name: [bell] for name, bell in one.items()}}


def labour(base: Foundation) -> Labour:
    """Everything of a worker process; needs a running loop."""
    bells = _Bells(
        drains=[Bell() for _ in range(base.settings.ingest_shares)],
        relay=Bell(),
        jobs=Bell(),
        rung=Bell(),
        news=Bell(),
        bulk=Bell(),
        search=Bell(),
    )
    deliverer, media = _deliverer(base), _media(base)
    typists = Typists(base.collections, base.pubsub)
    jobs = _jobs(base, bells, media)
    loops: dict[str, Loop] = {
        "bells": lambda: listen(
            lambda: base.pubsub.subscribe(BELL_CHANNEL), bells.by_name, bells.jobs
        ),
        "jobs": lambda: work(bells.jobs, jobs, lambda: connect(base.settings.redis_url)),
        "relay": base.relay.run,
        "deliveries": Deliveries(deliverer.deliver, bells.rung).run,
        "deliveries-sweep": _sweeper(base).run,
        "inboxes": lambda: base.directory.follow(base.pubsub),
        "catalogue": lambda: base.catalogues.follow(base.pubsub),
        "channels": lambda: follow_files(base.registry),
        "sources": _sources(base, bells.news).run,
        "search": Keeper(base.searches, base.shelf, bells.search).run,
        "typists": typists.run,
        **_leased_loops(base, bells, media),
        **_ingest_loops(base, bells.drains, typists),
    }
    return Labour(loops=loops, deliverer=deliverer)


def _leased_loops(base: Foundation, bells: _Bells, media: MediaFetcher) -> dict[str, Loop]:
    """What one process of the cluster does at a time."""
    chores = (*_chores(base, media), *state_chores(base))
    works: dict[str, Callable[[], Awaitable[None]]] = {
        "relay-sweep": lambda: sweep_relay(base.relay, bells.relay),
        "house": lambda: keep_house(chores),
        "bulk": lambda: run_bulk(bulk_runner(base), bells.bulk),
        "work": lambda: keep_house(work_chores(base)),
    }
    return {
        name: partial(while_leased, base.leases, name, base.owner, one)
        for name, one in works.items()
    }


def _jobs(base: Foundation, bells: _Bells, media: MediaFetcher) -> Mapping[str, Job]:
    """What arq runs: mostly doorbells, for work that loops do."""
    return {
        "drain": _ringing(bells.drains),
        "relay": _ringing([bells.relay]),
        "deliver": _ringing([bells.rung]),  # a server that hangs must not hold arq's few places
        "fetch_media": media.fetch,
        "acknowledge": _acknowledge(base),
        "tell_too_large": _tell_too_large(base),
        "pull": _ringing([bells.news]),
        "bulk": _ringing([bells.bulk]),
        "search": _ringing([bells.search]),
        **people_jobs(base),
    }


def _media(base: Foundation) -> MediaFetcher:
    return MediaFetcher(
        store=MediaStore(base.mongo, base.events),
        directory=base.directory,
        blobs=base.blobs,
        doorbell=base.doorbell,
    )


def _sources(base: Foundation, news: Bell) -> Sources:
    return Sources(
        directory=base.directory,
        journal=base.journal,
        leases=base.leases,
        cursors=CursorStore(base.mongo),
        note=base.inboxes.note_pulls,
        news=news,
        owner=base.owner,
    )


def _sweeper(base: Foundation) -> Sweeper:
    return Sweeper(
        store=base.outbound,
        leases=base.leases,
        clock=base.clock,
        bell=base.doorbell,
        owner=base.owner,
    )


def _ingest_loops(base: Foundation, bells: Sequence[Bell], typists: Typists) -> dict[str, Loop]:
    ingest = Ingest(
        collections=base.collections,
        journal=base.journal,
        lines=base.directory.line,
        blobs=base.blobs,
        events=base.events,
        counters=base.counters,
        reply_tokens=base.reply_tokens,
        receipts=Receipts(base.outbound, base.suppressions),
        offer=base.relay.offer,
        pull=lambda rung: base.doorbell.call("pull", said(rung)),
        organisations=base.people.domains,
        catalogue=base.catalogues.current,
        typing=typists.note,
        senders=Senders(prover(_sender_check(base)), lambda partition: _ring(bells, partition)),
    )
    loops: dict[str, Loop] = {}
    for share, bell in enumerate(bells):
        name = f"ingest:{share}"
        owner = IngestOwner(
            drain=ingest.drain, journal=base.journal, bell=bell, share=share, shares=len(bells)
        )
        loops[name] = partial(while_leased, base.leases, name, base.owner, owner.run)
    return loops


def _sender_check(base: Foundation) -> SenderCheck | None:
    settings = base.settings
    if not settings.mail_check_senders:
        return None
    return SenderCheck(DnsClient(settings.mail_dns), settings.mail_forwarders)


def _ring(bells: Sequence[Bell], partition: int) -> None:
    """This process owns the partition: nobody else need hear."""
    for bell in bells:
        bell.ring(str(partition))


def _deliverer(base: Foundation) -> Deliverer:
    return Deliverer(
        store=base.outbound,
        settler=Settler(base.outbound, base.suppressions, base.doorbell, base.relay.offer),
        outlets=base.directory,
        blobs=base.blobs,
        links=base.file_links,
        throttle=Throttle(TokenBuckets(base.redis)),
        suppressions=base.suppressions,
        clock=base.clock,
        bell=base.doorbell,
    )


def _chores(base: Foundation, media: MediaFetcher) -> tuple[Chore, ...]:
    lists = ListStore(base.collections)

    async def orphans() -> None:
        await spare_files(lists, base.blobs)
        await base.blobs.collect_orphans(utc_now() - ORPHANS_KEPT)

    async def check_inboxes() -> None:
        await base.inboxes.check_all(utc_now())

    watch = SilenceWatch(TrafficStore(base.mongo), _telling(base))

    async def watch_silence() -> None:
        await watch.look(await base.directory.active(), utc_now())

    async def sweep() -> None:
        await sweep_journal(base.journal, base.doorbell)

    sealer = Sealer(AuditStore(base.mongo))

    async def seal() -> None:
        await sealer.seal(utc_now())

    async def seal_deep() -> None:
        await sealer.seal_deep(utc_now())

    async def forget_fed() -> None:
        await base.searches.forget_fed(utc_now() - FEED_KEPT)

    return (
        Chore("seal-audit", 30.0, 300.0, seal),
        Chore("seal-audit-late", 3600.0, 600.0, seal_deep),
        Chore("sweep-journal", 5.0, 20.0, sweep),
        Chore("fetch-media", 60.0, 60.0, media.ring_for_pending),
        Chore("check-inboxes", 300.0, 280.0, check_inboxes),
        Chore("watch-silence", 600.0, 280.0, watch_silence),
        Chore("recount", 600.0, 300.0, base.counts.recount),
        *people_chores(base),
        Chore("build-views", 2.0, 300.0, base.counts.build),
        Chore("turn-views", 2.0, 30.0, base.counts.take_turns),
        Chore("forget-search-feed", 3600.0, 600.0, forget_fed),
        Chore("orphans", 3600.0, 600.0, orphans),
    )


def _telling(base: Foundation) -> Callable[[Sequence[Event]], Awaitable[None]]:
    async def tell(events: Sequence[Event]) -> None:
        async def work(_session: Session, told: list[Event]) -> None:
            told.extend(events)

        await base.transactions.run(work)

    return tell


def _acknowledge(base: Foundation) -> Job:
    acknowledger = Acknowledger(base.outbound, base.directory, composer(base))

    async def acknowledge(message_id: str) -> None:
        await acknowledger.acknowledge(MessageId(message_id), utc_now())

    return acknowledge


def _tell_too_large(base: Foundation) -> Job:
    acknowledger = Acknowledger(base.outbound, base.directory, composer(base))

    async def tell(message_id: str) -> None:
        await acknowledger.tell_too_large(MessageId(message_id), utc_now())

    return tell


def _ringing(bells: Sequence[Bell]) -> Job:
    async def ring(name: str = "") -> None:
        for bell in bells:
            bell.ring(name)

    return ring
