"""What an agent should know of without looking: a short list each, and how many are unread."""
