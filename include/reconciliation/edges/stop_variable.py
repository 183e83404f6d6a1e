"""Sets a stop Variable, such as PAYMENTS_ENABLED, to false; nothing here ever sets one to true.

Whoever runs payments reads the Variable and refuses new ones while it is false. To start again is a
person's decision, made where the reason can be read (`reconciliation.stop_requests`).
"""

from __future__ import annotations

PAYMENTS = "PAYMENTS_ENABLED"
STOPPED = "false"


def stop(variable: str, reason: str) -> None:
    """Sets the Variable to false in Airflow, with the reason as its description."""
    from airflow.sdk import Variable

    Variable.set(variable, STOPPED, description=reason)
