"""Sets a stop Variable, such as PAYMENTS_ENABLED, to false; nothing here ever sets one to true.

Whoever runs payments reads the Variable and refuses new ones while it is false. To start again is a
person's decision, made where the reason can be read (`reconciliation.stop_requests`).
"""

from __future__ import annotations

from include.reconciliation.edges import emergency_stop

PAYMENTS = emergency_stop.PAYMENTS
STOPPED = "false"


def stop(variable: str, reason: str) -> None:
    """Sets the Variable to false in Airflow, with the reason as its description."""
    emergency_stop.write(variable, STOPPED, reason)
