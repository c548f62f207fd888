"""Who writes to us: contacts and their points, organisations, merging, lists in and out."""
