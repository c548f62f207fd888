"""Texts that agents keep and insert into replies: their own, and those that all share."""
