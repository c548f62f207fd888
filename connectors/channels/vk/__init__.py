"""A VK community: callbacks in, community messages out."""
