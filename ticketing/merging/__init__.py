"""Two tickets become one, one becomes two, and both are taken back exactly."""
