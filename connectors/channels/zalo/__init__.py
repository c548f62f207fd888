"""Zalo Official Accounts (Vietnam)."""
