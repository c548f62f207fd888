"""From the journal to stored tickets: read, prefetch, plan, write, in one transaction a batch."""
