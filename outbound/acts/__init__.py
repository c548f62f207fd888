"""Edits, deletions and reactions of ours, by the queue that replies go through."""
