"""A believable desk to try Parley on: the outdoor company Halden, its customers, its providers."""
