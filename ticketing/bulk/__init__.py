"""One change for many tickets: a job with progress, a report per ticket, and an end."""
