"""A site's configuration as one document that another site can take over."""
