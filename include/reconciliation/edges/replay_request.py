"""What a run of `payment_replay_verification` was asked, from its form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from include.reconciliation.errors import RequestError
from include.reconciliation.trigger_form import moment

FIELDS = ("payment_id", "recorded_from", "recorded_to", "note")


def replay_request(context: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a replay; RequestError names a field that is unknown or unreadable."""
    run, form = context["dag_run"], context["params"]
    unknown = sorted(field for field in run.conf or {} if field not in FIELDS)
    if unknown:
        raise RequestError(
            f"the request has unknown fields: {', '.join(unknown)}; known are {', '.join(FIELDS)}"
        )
    return {
        "airflow_run_id": run.run_id,
        "payment_id": form["payment_id"] or None,
        "recorded_from": moment("recorded_from", form["recorded_from"]),
        "recorded_to": moment("recorded_to", form["recorded_to"]),
        "requested_by": run.triggering_user_name,
        "note": form["note"] or None,
    }
