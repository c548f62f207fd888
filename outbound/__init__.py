"""A reply's way out: render, claim, send, receipts, retry."""
