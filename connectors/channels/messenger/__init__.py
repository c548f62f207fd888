"""Facebook Messenger: people who write to a page."""
