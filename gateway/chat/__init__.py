"""Web chat: a page of our own, and the WebSocket behind it."""
