"""How each agent wants the application to look, sound and behave."""
