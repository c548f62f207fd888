"""Google Chat: signed interaction events in, the Chat API out."""
