"""RFC 5322 bytes to one tolerant, typed mail."""
