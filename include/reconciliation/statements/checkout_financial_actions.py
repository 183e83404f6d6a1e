"""Checkout.com's financial actions: a row for the amount of an action and one for each fee on it.

Fees have up to eight decimals and only the payout is rounded: they are spread over whole minor
units so that the sum of a payout is exact.
"""

from __future__ import annotations

from include.reconciliation.statements.description import CsvFormat, LineType, Numbers

_COLUMNS = {
    "Action ID": "event_reference",
    "Payment ID": "psp_reference",
    "Processed On": "booked_time",
    "Processing Currency": "gross_currency",
    "Processing Currency Amount": "gross",
    "Holding Currency": "net_currency",
    "Holding Currency Amount": "net",
    "Breakdown Type": "type",
}
_IGNORED = """
Entity ID, Entity Name, Sub Entity ID, Processing Channel Name, Payment Method, Card Type, Region,
Card Category, Issuer Country, MID, Merchant Category Code, Response Code, Response Description,
Available On, FX Rate Applied, FX Trade ID, Fee Detail, Transaction Currency, Reserve Rate,
Transaction Currency Amount, Reserve Release Date, Reserve Deducted Date, Tax Currency Amount
"""
_FEES = """
Scheme Fixed Fee, Scheme Variable Fee, Premium Fixed Fee, Premium Variable Fee, Interchange Fee,
Authorization Fixed Fee, Capture Fixed Fee, Refund Fixed Fee, Void Fixed Fee, Blended Fee,
Chargeback Fixed Fee, Gateway Fixed Fee, Gateway Variable Fee
"""

CHECKOUT_FINANCIAL_ACTIONS = CsvFormat(
    name="checkout_financial_actions",
    title="Checkout.com financial actions (CSV)",
    how_to_fetch="the report Financial Actions by Payout ID, by API or SFTP",
    columns={
        **_COLUMNS,
        "Requested On": "fallback_time",
        "Payout ID": "statement",
        "Reference": "merchant_reference",
        "Action Type": "further_1",
        "Processing Channel ID": "further_2",
    },
    required=frozenset(_COLUMNS.values()),
    ignored=frozenset(" ".join(name.split()) for name in _IGNORED.split(",")),
    types={
        **dict.fromkeys(("capture", "partial capture"), LineType.plain("payment")),
        **dict.fromkeys(("refund", "partial refund"), LineType.plain("refund")),
        "chargeback": LineType("reversal", "reversal", negative="chargeback"),
        **{" ".join(fee.lower().split()): LineType.plain("fee") for fee in _FEES.split(",")},
        "payout": LineType("payout", "payout", leaves=True),
    },
    time_layouts=("YYYY-MM-DDThh:mm:ss.f", "YYYY-MM-DD hh:mm:ss.f"),
    zone="psp",
    identities=("rows_tie",),
    statement_key="payout {}",
    statement_is_payout=True,
    numbers=Numbers(rounds_sums=True),
    further_kinds={"further_1": "action_type", "further_2": "processing_channel"},
    notes=(
        "An action's fees are lines of their own, as written.",
        "An amount of a currency that is held as such is held in full, but for less than a minor "
        "unit. No rate is read: what is converted is told, and nothing proves it.",
    ),
)
