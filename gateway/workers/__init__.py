"""The processes that ingest, deliver, relay and sweep."""
