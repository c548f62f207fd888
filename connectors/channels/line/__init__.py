"""A LINE official account: signed webhooks in, replies and pushes out."""
