"""MongoDB and Redis, and nothing about tickets."""
