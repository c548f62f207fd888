"""A Discord bot: the Gateway or interactions in, the REST API out."""
