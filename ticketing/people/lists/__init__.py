"""Lists of people in and out, as CSV: streamed, resumable, with a report by line."""
