"""Root of the importable code; PYTHONPATH is the folder that holds this package."""
