"""REST under /api/v1, described by OpenAPI generated from the same types."""
