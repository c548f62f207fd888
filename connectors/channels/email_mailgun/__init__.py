"""Mail by Mailgun: routes and webhooks in, the messages API out."""
