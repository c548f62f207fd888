"""Mail by SendGrid: Inbound Parse and event webhooks in, the v3 API out."""
