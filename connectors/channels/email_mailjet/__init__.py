"""Mail by Mailjet: the Parse API and event webhooks in, the Send API v3.1 out."""
