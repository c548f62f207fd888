"""Compliance: export conversation archives, and prove them whole."""
