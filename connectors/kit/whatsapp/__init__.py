"""WhatsApp's Cloud API dialect, which Meta itself and its partners (360dialog, Turn) speak."""
