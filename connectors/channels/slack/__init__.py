"""A Slack app: Events API or Socket Mode in, Web API out."""
