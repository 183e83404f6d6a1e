"""What a run of `wallet_balance_reconciliation` was asked, from its form or its schedule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from include.reconciliation.errors import RequestError
from include.reconciliation.trigger_form import refuse_unknown_fields

# Sundays 02:00 UTC, in the maintenance window, all wallets; else those touched lately.
FULL_WEEKDAY, FULL_HOUR = 6, 2
BATCH_SIZE = 50
# Airflow adds fields that nobody declared to the others, so they are named here.
FIELDS = ("scope", "wallet_id", "dry_run", "reason", "batch_size", "in_spite_of_stop")


def wallet_request(context: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a reconciliation; a schedule repairs, a person asks for a dry run first.

    Raises RequestError for fields that are unknown, or that do not go together.
    """
    run, form = context["dag_run"], context["params"]
    refuse_unknown_fields(run.conf, FIELDS)
    end = run.data_interval_end or datetime.now(UTC)
    by_schedule = str(getattr(run.run_type, "value", run.run_type)) == "scheduled"
    if by_schedule:
        is_full = (end.weekday(), end.hour) == (FULL_WEEKDAY, FULL_HOUR)
        asked: dict[str, Any] = {
            "scope": "full" if is_full else "recent",
            "wallet_id": None,
            "dry_run": False,
            "reason": "the schedule",
            "in_spite_of_stop": False,
            "batch_size": BATCH_SIZE,
        }
    else:
        asked = {name: form[name] for name in FIELDS}
        asked["wallet_id"] = asked["wallet_id"] or None
        asked["reason"] = " ".join((form["reason"] or "").split())
    refuse(asked)
    return {
        **asked,
        "reason": asked["reason"] or "a dry run",
        "airflow_run_id": run.run_id,
        "requested_by": None if by_schedule else run.triggering_user_name or "nobody named",
        "as_of": end,
    }


def refuse(asked: Mapping[str, Any]) -> None:
    """Raises RequestError when the fields do not go together."""
    if (asked["scope"] == "one") != (asked["wallet_id"] is not None):
        raise RequestError("wallet_id: expected a wallet with scope one, and none with another")
    if not asked["reason"] and not asked["dry_run"]:
        raise RequestError("reason: expected why, since this is no dry run; found nothing")
    if not asked["reason"] and asked["scope"] == "one":
        raise RequestError("reason: expected why this wallet; found nothing")
    if asked["in_spite_of_stop"] and asked["scope"] != "one":
        raise RequestError("in_spite_of_stop: expected one wallet, with scope one")
