"""Mail by Mandrill (Mailchimp Transactional): signed webhooks in, the messages API out."""
