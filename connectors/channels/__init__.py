"""One folder per channel; adding one edits no other file."""
