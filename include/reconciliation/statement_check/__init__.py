"""Tries statement files without any configuration, and leaves nothing behind."""
