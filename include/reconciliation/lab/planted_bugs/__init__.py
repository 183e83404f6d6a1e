"""The tests are tested: bugs that somebody could have written, planted one at a time."""
