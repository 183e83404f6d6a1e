"""One revision per SQL file, with the same name."""
