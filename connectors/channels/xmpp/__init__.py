"""XMPP: an account of one's own on any server."""
