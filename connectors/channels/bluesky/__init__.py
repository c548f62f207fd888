"""A Bluesky account: notifications and chat in, posts and chat out."""
