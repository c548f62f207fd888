"""Search: a line of words and operators, what was understood of it, and what fits."""
