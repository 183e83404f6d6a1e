"""Kills: a task dies or fails at every point of its work, is run again, and nothing shows of it."""
