"""WhatsApp by Turn.io, in the dialect of the older on-premises interface."""
