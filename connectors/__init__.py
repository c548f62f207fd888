"""Channels: the contract, the registry, and one folder per channel."""
