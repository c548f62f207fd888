"""A Matrix user of our own: /sync in, the client-server API out."""
