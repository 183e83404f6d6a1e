"""The lab: random histories with planted faults, run through the real steps, held to their labels.

`history.py` makes what one seed says, `pack.py` puts many seeds into one place, `trial.py` runs and
compares. The labels are the oracle; `second_opinion.py` is a matcher of its own, for comparison.
"""
