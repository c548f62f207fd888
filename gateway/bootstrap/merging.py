"""Wiring of merges, splits and links of an edge process."""

from collections.abc import Mapping

from gateway.api.call import Handler
from gateway.api.handlers.links import LinksApi
from gateway.api.handlers.merging import MergingApi
from gateway.api.handlers.reading import ReadingApi
from gateway.bootstrap.foundation import Foundation
from ticketing.ingest.numbers import NumberPool
from ticketing.links.handlers import Links
from ticketing.links.store import LinkStore
from ticketing.merging.handlers import Merging
from ticketing.merging.split_handlers import Splitting
from ticketing.merging.store import MergeStore
from ticketing.reading.tickets import TicketReading


def ticket_links(base: Foundation) -> Links:
    """What whole tickets and the routes of links ask."""
    return Links(LinkStore(base.collections), base.transactions)


def merging_handlers(
    base: Foundation, links: Links, read: ReadingApi, reading: TicketReading
) -> tuple[Mapping[str, Handler], ...]:
    """Those of merges, splits and links."""
    transactions, store = base.transactions, MergeStore(base.collections)
    splitting = Splitting(store, transactions, NumberPool(base.counters))
    merging = Merging(store, transactions, base.catalogues.current)
    return (
        MergingApi(merging, splitting, read).handlers(),
        LinksApi(links, reading).handlers(),
    )
