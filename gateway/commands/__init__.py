"""One module per group of ``parley`` subcommands; each is imported only when it runs."""
