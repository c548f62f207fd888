"""Tickets, contacts, threading, lifecycle: the record of the work."""
