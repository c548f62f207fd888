"""Direct messages of an X account: Account Activity webhooks in, direct messages out."""
