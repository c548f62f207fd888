"""A Zulip bot: the event queue in, REST out."""
