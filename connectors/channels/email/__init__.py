"""Mail: SMTP and IMAP in, SMTP out."""
