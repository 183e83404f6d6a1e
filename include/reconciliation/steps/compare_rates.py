"""Holds settlements in another currency against the reference rates that a PSP's entry declares."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from psycopg.types.json import Jsonb

from include.reconciliation import config
from include.reconciliation.edges import warehouse
from include.reconciliation.edges.rate_file import rates_of

_TABLES = ("work_reference_rates", "work_compared_rates")


def compare_rates(cursor: warehouse.Cursor, values: dict[str, Any]) -> None:
    """Adds what is off to the findings of the attempt's workspace."""
    cursor.execute(warehouse.drop_table(*_TABLES))
    rules = config.load().psp(values["psp"]).exchange_rates
    rates = [] if rules is None else rates_of(rules)
    asked = values | {
        "reference_rates": Jsonb([asdict(rate) | {"day": rate.day.isoformat()} for rate in rates]),
        "has_rates": rules is not None,
        "days_back": 0 if rules is None else rules.days_back,
        "tolerance_basis_points": 0 if rules is None else rules.tolerance_basis_points,
        "rate_source": "" if rules is None else rules.source,
    }
    for name in ("251_reference_rates", "252_compared_rates", "253_find_rates_off"):
        warehouse.run(cursor, f"match/{name}", asked)
