"""PSPs that misbehave, and what becomes of a run that reads from them."""
