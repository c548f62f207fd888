"""Sessions, passwords, API tokens."""
