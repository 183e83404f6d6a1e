"""Why the money differs: the causes of what is open, and the fees against their schedule."""

from __future__ import annotations

from typing import Any

from include.reconciliation.edges import attempts, warehouse
from include.reconciliation.steps.compare_fees import compare_fees
from include.reconciliation.steps.find_causes import find_causes


def explain(cursor: warehouse.Cursor, attempt: attempts.Attempt, values: dict[str, Any]) -> None:
    """Writes both down in the attempt's workspace, once every leg is decided."""
    compare_fees(cursor, attempt, values)
    find_causes(cursor, attempt, values)
