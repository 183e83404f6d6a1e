"""The report of a run: rows in, files out. No clock, no database, no id that a retry changes."""
