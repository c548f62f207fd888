"""Mail by Brevo: inbound parsing and transactional webhooks in, the v3 API out."""
