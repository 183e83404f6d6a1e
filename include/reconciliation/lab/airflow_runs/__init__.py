"""Airflow as it is: its real processes, disturbed in mid-run, and what became of the books."""
