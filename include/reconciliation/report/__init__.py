"""The report of a run: rows in, files out. No clock, no database, no ids that a retry would change."""
