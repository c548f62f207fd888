"""Settings and logging: what an operator may change, and how Parley speaks of itself."""
