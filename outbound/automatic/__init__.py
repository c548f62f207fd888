"""Mail that nobody wrote: when it may go out at all, how much of it, and how it is left."""
