"""What customers have that tickets are about: a registry of things with serial numbers."""
