"""The Messenger Platform, which Facebook Messenger and Instagram share."""
