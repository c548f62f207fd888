"""A Mastodon account: notifications in, replies out."""
