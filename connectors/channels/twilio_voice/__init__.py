"""Twilio Voice: calls are logged, a voicemail becomes a recording in the ticket."""
