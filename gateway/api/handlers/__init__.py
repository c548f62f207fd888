"""What each operation of the table does: thin, one class per subject."""
