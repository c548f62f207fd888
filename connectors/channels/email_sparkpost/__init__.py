"""Mail by SparkPost (Bird): relay and event webhooks in, the transmissions API out."""
