"""Microsoft Teams by the Bot Framework: signed activities in, replies to their service."""
