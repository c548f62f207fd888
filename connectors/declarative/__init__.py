"""Channels without code: what a ``channel.toml`` may say, and the engine that does it."""
