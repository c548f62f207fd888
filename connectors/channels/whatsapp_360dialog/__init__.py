"""WhatsApp by 360dialog, which passes Meta's Cloud API on."""
