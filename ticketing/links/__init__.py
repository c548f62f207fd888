"""How tickets hang together: related, duplicates, causes, parents and children."""
