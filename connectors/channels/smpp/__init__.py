"""SMS over SMPP 3.4: a line of one's own to an SMSC."""
