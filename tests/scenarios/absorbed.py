"""What tolerances let pass, as the views show it."""

from collections.abc import Callable

from tests.scenarios.conftest import Desk

# Configures what is tolerated from the next run on; the fixture of that name makes it.
Tolerate = Callable[..., None]


def absorbed(desk: Desk) -> list[tuple[str, str, int, int | None, str]]:
    """(measure, currency, absorbed, business days, rule) of what is in force, sorted."""
    return sorted(
        (
            row["measure"],
            row["currency"],
            row["absorbed_minor"],
            row["business_days"],
            row["rule"],
        )
        for row in desk.rows("select * from reconciliation.absorbed_differences where is_in_force")
    )


def term(desk: Desk, measure: str = "gross", currency: str = "EUR") -> tuple[int, int, int]:
    """(statement - ledger, absorbed by tolerance, residual) of the head's identity."""
    row = desk.rows(
        "select run_totals.* from reconciliation.run_totals inner join reconciliation.runs"
        " using (run_id) where is_head and measure = %s and run_totals.currency = %s",
        measure,
        currency,
    )[0]
    return (
        row["statement_minor"] - row["ledger_minor"],
        row["tolerance_minor"],
        row["residual_minor"],
    )
