"""The fault injector: each function edits one projection of a payment and writes its labels."""
