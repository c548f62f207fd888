"""Two contacts that are one person: preview, merge, and the merge taken back exactly."""
