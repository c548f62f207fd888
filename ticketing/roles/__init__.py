"""Roles and teams: what people may see and do here, as data."""
