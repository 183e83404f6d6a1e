"""A declared CSV format: its lines name their payout, or its payouts take a balance."""

from __future__ import annotations

from decimal import Decimal

from tests.scenarios.conftest import CONFIGURATION

_FORMAT = """
[[format]]
name = "own_csv"
title = "Own settlements (CSV)"
time_layouts = ["YYYY-MM-DD hh:mm"]
zone = "UTC"
identities = ["rows_tie"]
line_scope = "account"
[format.columns]
"Id" = "line_id"
"At" = "booked_time"
"Kind" = "type"
"Payment" = "psp_reference"
"Paid with" = "{role}"
"Gross" = "gross"
"Fee" = "cost_1"
"Net" = "net"
"Currency" = "net_currency"
[format.types]
"sale" = "payment"
"refund" = "refund"
"payout" = "payout"
"fee" = "fee"
"capital repayment" = "adjustment"
"hold" = "reserve_hold"
"release" = "reserve_release"
"exchange" = "conversion"
"""


def own_toml(*, names_payouts: bool = True, more: str = "") -> str:
    """The desk's PSP with this format; `more` stands in its table of payouts."""
    role = "payout_reference" if names_payouts else "further_1"
    configuration = CONFIGURATION.replace("adyen_settlement_details", "own_csv")
    kinds = "" if names_payouts else '[format.reference_kinds]\n"Paid with" = "payout"\n'
    return f"{configuration}\n[psp.payouts]\n{more}\n{_FORMAT.format(role=role)}{kinds}"


def own_file(*rows: str) -> bytes:
    """A file of rows `id;kind;paid with;gross;fee;day`, in EUR unless a seventh value says else."""
    lines = ["Id,At,Kind,Payment,Paid with,Gross,Fee,Net,Currency"]
    for row in rows:
        id_, kind, paid_with, gross, fee, day, *currency = row.split(";")
        net = f"{Decimal(gross) - Decimal(fee or 0):.2f}"
        payment = f"P{id_}" if kind in ("sale", "refund") else ""
        values = [id_, f"{day} 12:00", kind, payment, paid_with, gross, fee or "0.00", net]
        lines.append(",".join([*values, *(currency or ["EUR"])]))
    return ("\n".join(lines) + "\n").encode()
