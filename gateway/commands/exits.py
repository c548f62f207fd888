"""How a command ends: 0 well, 1 for what it names, 2 for how it was called."""

WRONG_ARGUMENTS = 2
