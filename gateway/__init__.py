"""The edge: HTTP, SMTP, workers, command line, and the one place where things are wired."""
