"""What goes in and out of each inbox, and when one falls silent."""
