"""A desk whose PSP delivers plain tables with fees and taxes, and what explains the rest."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.conftest import Desk

FORMAT = """
[[format]]
name = "plain"
time_layouts = ["YYYY-MM-DD hh:mm:ss"]
zone = "psp"
identities = ["rows_tie"]
statement_key = "batch {}"
statement_is_number = true
[format.columns]
"Batch" = "statement"
"Booked" = "booked_time"
"Type" = "type"
"Payment" = "psp_reference"
"Event" = "event_reference"
"Order" = "merchant_reference"
"Method" = "further_1"
"Gross" = "gross"
"Fee" = "cost_1"
"Tax" = "tax_1"
"Net" = "net"
"Currency" = "net_currency"
"Gross currency" = "gross_currency"
"Rate" = "exchange_rate"
[format.types]
"Sale" = "payment"
"Refund" = "refund"
"Chargeback" = "chargeback"
[format.reference_kinds]
"Method" = "payment_method"
"""
ENTRY = """
[[psp]]
name = "adyen"
title = "Plain"
format = "plain"
zone = "{zone}"
accounts = ["Shop"]
[psp.statements]
due = "daily"
deadline_days = 4
[psp.settlement]
days = {days}
unit = "calendar_days"
weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ledger_grace = "12h"
statement_grace = "2h"
[psp.limits]
EUR = {{ alert_above_minor = 100000, recovered_below_minor = 10000 }}
BRL = {{ alert_above_minor = 500000, recovered_below_minor = 50000 }}
USD = {{ alert_above_minor = 100000, recovered_below_minor = 10000 }}
JPY = {{ alert_above_minor = 150000, recovered_below_minor = 15000 }}
KWD = {{ alert_above_minor = 150000, recovered_below_minor = 15000 }}
"""
COLUMNS = (
    *("Batch", "Booked", "Type", "Payment", "Event", "Order"),
    *("Method", "Gross", "Fee", "Tax", "Net", "Currency", "Gross currency", "Rate"),
)


@dataclass(frozen=True, slots=True)
class Sold:
    """A row of the PSP's table; amounts signed, in major units as text."""

    payment: str = "P1"
    gross: str = "100.00"
    fee: str = "0.00"
    tax: str = "0.00"
    type: str = "Sale"
    event: str = "C1"
    order: str = ""
    method: str = ""
    currency: str = "EUR"
    booked: str = "2026-03-03 12:00:00"
    # Of another settlement currency: which, the gross in it, and the rate that the PSP prints.
    settled: str = ""
    settled_currency: str = ""
    rate: str = "1"


def sold(payment: str = "P1", gross: str = "100.00", **changes: Any) -> Sold:
    """A sale of 100.00 EUR without costs."""
    return Sold(payment, gross, **changes)


@dataclass
class Explained:
    """The desk, and what its head says of causes."""

    desk: Desk

    def deliver(self, number: int, *rows: Sold) -> None:
        """Delivers a table of that number."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        for row in rows:
            net = Decimal(row.settled or row.gross) - Decimal(row.fee) - Decimal(row.tax)
            writer.writerow(
                (
                    *(number, row.booked, row.type, row.payment, row.event, row.order),
                    *(row.method, row.gross, row.fee, row.tax, net),
                    *(row.settled_currency or row.currency, row.currency, row.rate),
                )
            )
        self.desk.deliver(text.getvalue().encode(), f"plain_{number}.csv")

    def claimed(self) -> list[tuple[str, str, int, str, int | None]]:
        """(cause, kind, delta, correction, entry) of what is claimed at the head, sorted."""
        return sorted(
            (
                (row["cause"], row["kind"], row["delta_minor"], row["correction"],
                 row["correction_minor"])
                for row in self._members()
                if row["is_claimed"]
            ),
            key=str,
        )

    def candidates(self) -> list[tuple[str, int]]:
        """(cause, solutions) of what holds at the head and is not claimed, sorted."""
        return sorted(
            (row["cause"], row["solutions"]) for row in self._members() if not row["is_claimed"]
        )

    def not_compared(self) -> list[tuple[str, str, int, int]]:
        """(what, currency, lines, amount) that the head could not compare, sorted."""
        return sorted(
            (row["what"], row["currency"], row["lines"], row["amount_minor"])
            for row in self.desk.rows(
                "select run_not_compared.* from internal.run_not_compared"
                " inner join internal.heads using (run_number)"
            )
        )

    def evidence(self) -> dict[str, Any]:
        """The figures of the only cause that is claimed."""
        [row] = [row for row in self._members() if row["is_claimed"]]
        found: dict[str, Any] = row["evidence"]
        return found

    def totals(self) -> dict[tuple[str | None, str], tuple[int, int]]:
        """Discrepancies and exposure by cause and currency, as the view sums them."""
        return {
            (row["cause"], row["currency"]): (row["discrepancies"], row["exposure_minor"])
            for row in self.desk.rows("select * from reconciliation.causes where is_head")
        }

    def _members(self) -> list[dict[str, Any]]:
        return self.desk.rows("select * from reconciliation.cause_members where is_head")


Configure = Callable[..., None]


@pytest.fixture
def configure(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Writes the entry of the PSP anew, with further tables of TOML behind it."""

    def write(further: str = "", *, zone: str = "Europe/Amsterdam", days: int = 1) -> None:
        path = tmp_path / f"plain_{len(list(tmp_path.glob('plain_*.toml')))}.toml"
        path.write_text(FORMAT + ENTRY.format(zone=zone, days=days) + further)
        monkeypatch.setenv("RECONCILIATION_CONFIG", str(path))

    return write


@pytest.fixture
def explained(desk: Desk, configure: Configure) -> Explained:
    """A desk whose PSP delivers plain tables."""
    configure()
    return Explained(desk)
