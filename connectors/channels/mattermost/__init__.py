"""A Mattermost bot: WebSocket or outgoing webhook in, REST out."""
