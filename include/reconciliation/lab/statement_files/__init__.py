"""Statements of every format, written from simulated lines: pure, and the same bytes each time.

`statement.py` is the protocol, `writers.py` the registry with one writer a format, `faults.py` what
may go wrong with the bytes. What a writer writes must pass the gate, line for line.
"""
