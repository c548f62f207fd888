"""A WeChat official account: callback in (plain or sealed), customer service messages out."""
