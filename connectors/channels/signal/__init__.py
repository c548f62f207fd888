"""A Signal number, through a signal-cli daemon of one's own."""
