"""A simulated week at three PSP accounts, with labelled faults that a reconciliation must find."""
