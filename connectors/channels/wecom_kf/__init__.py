"""WeCom customer service: a doorbell in, messages pulled, customer service messages out."""
