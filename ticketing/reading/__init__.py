"""What agents see: lists, threads, histories, search and counts; every query takes a Viewer."""
