"""Chat on our own page: the gateway speaks to the visitor, this channel reads what it kept."""
