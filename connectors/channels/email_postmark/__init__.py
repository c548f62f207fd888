"""Mail by Postmark: inbound and event webhooks in, the email API out."""
