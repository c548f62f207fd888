"""Mail as every mail channel needs it: the envelope, composing, and what providers hand over."""
