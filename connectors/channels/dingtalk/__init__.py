"""A DingTalk robot: signed callbacks or a stream in, session webhook or robot messages out."""
