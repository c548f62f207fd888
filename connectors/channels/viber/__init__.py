"""A Viber bot: signed callbacks in, bot messages out."""
