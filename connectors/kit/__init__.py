"""Dialects shared by several channels: signatures, egress, phone numbers."""
