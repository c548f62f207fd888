"""Stand-ins for the far side: they speak the provider's protocol and count what arrives."""
