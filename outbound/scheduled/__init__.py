"""Replies that are to be sent later: written, shown, changed, sent once at their time."""
