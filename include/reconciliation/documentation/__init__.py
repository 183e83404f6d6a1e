"""Pages of docs/ that are made from what they describe, so that they can't go stale."""
