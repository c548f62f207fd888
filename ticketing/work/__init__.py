"""Working on a ticket together and later: followers, mentions, checklist, snooze."""
