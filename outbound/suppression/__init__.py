"""Addresses that are not written to for a while: they bounced, complained, or left."""
