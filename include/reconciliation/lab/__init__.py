"""The lab: what may go wrong is made to go wrong, and what the pipeline says of it is counted.

`history.py` makes what one seed says, `pack.py` puts many seeds into one place, `trial.py` runs and
compares. The labels are the oracle; `second_opinion.py` is a matcher of its own, for comparison.
`behaviours/` has what a PSP's API may do, `statement_files/` a writer for every format.
"""
