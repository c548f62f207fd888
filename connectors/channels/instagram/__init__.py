"""Instagram: people who write to a professional account."""
