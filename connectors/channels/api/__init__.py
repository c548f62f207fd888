"""The generic channel: anything that can send and receive a signed JSON request."""
