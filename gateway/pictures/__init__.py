"""Small pictures of large ones, made once when somebody first looks."""
