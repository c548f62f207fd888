"""Mail by Resend: signed webhooks that say what to fetch, the emails API out."""
