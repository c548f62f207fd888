"""A Telegram bot: webhook or long poll in, Bot API out."""
