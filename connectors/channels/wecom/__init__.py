"""A WeCom app: sealed callbacks in, app messages out."""
