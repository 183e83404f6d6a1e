"""What one PSP account and the company's ledger say, small enough to reckon by hand.

Batch 7 of Adyen's account NorthwindEU, in euro: five payments, one refund, the payout of the rest.
The ledger has all but one of them, one with another amount, and one that Adyen never settled.
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import psycopg

PSP, ACCOUNT = "adyen", "NorthwindEU"
WINDOW_START = datetime(2026, 11, 9, 0, 0, tzinfo=UTC)
WINDOW_END = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)
HEADER = (
    "Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,"
    "Creation Date,TimeZone,Type,Modification Reference,Gross Currency,Gross Debit (GC),"
    "Gross Credit (GC),Exchange Rate,Net Currency,Net Debit (NC),Net Credit (NC),Commission (NC),"
    "Markup (NC),Scheme Fees (NC),Interchange (NC),Payment Method Variant,"
    "Modification Merchant Reference,Batch Number,Reserved4,Reserved5,Reserved6,Reserved7,"
    "Reserved8,Reserved9,Reserved10,Booking Date,Booking Date TimeZone"
)
# Psp Reference, merchant reference, type, modification reference, gross and net in euro cents.
LINES = (
    ("P1", "ORDER-1", "Settled", "M1", 10000, 9900),
    ("P2", "ORDER-2", "Settled", "M2", 2500, 2475),
    ("P3", "ORDER-3", "Settled", "M3", 4999, 4949),
    ("P4", "ORDER-4", "Settled", "M4", 700, 693),
    ("P5", "ORDER-5", "Settled", "M5", 1250, 1237),
    ("P1", "ORDER-1", "Refunded", "M6", -3000, -3000),
)
# Id, psp reference, merchant reference, event reference, type, amount in euro cents, fee.
LEDGER = (
    ("L1", "P1", "ORDER-1", "M1", "payment", 10000, 100),
    ("L2", "P2", "ORDER-2", "M2", "payment", 2500, 25),
    ("L3", "P3", "ORDER-3", "M3", "payment", 4990, 50),
    ("L4", "P4", "ORDER-4", "M4", "payment", 700, 7),
    ("L6", "P1", "ORDER-1", "M6", "refund", -3000, 0),
    ("L7", "P9", "ORDER-9", "M9", "payment", 8800, None),
)


def write_statement(drop_folder: Path) -> Path:
    """The batch as a file in the account's drop folder; returns its path."""
    path = drop_folder / ACCOUNT / "settlement_detail_report_batch_7.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    payout = sum(net for *_, net in LINES)
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.DictWriter(file, HEADER.split(","), restval="")
        rows.writeheader()
        for psp_reference, merchant_reference, kind, modification, gross, net in LINES:
            rows.writerow(
                _row(kind, net)
                | {
                    "Psp Reference": psp_reference,
                    "Merchant Reference": merchant_reference,
                    "Modification Reference": modification,
                    "Payment Method": "visa",
                    "Gross Currency": "EUR",
                    "Gross Credit (GC)" if gross > 0 else "Gross Debit (GC)": _euro(gross),
                    "Exchange Rate": "1",
                    **({"Commission (NC)": _euro(gross - net)} if gross > net else {}),
                }
            )
        rows.writerow(_row("MerchantPayout", -payout) | {"Modification Reference": "TX7XEUR"})
    return path


def write_ledger(payments_ledger: psycopg.Connection) -> None:
    """The company's own rows of the day before, which is when the payments were made."""
    add_to_ledger(payments_ledger, *LEDGER)


def add_to_ledger(payments_ledger: psycopg.Connection, *rows: tuple[object, ...]) -> None:
    """Rows as in `LEDGER`, of the day before the batch."""
    with payments_ledger.cursor() as cursor:
        cursor.executemany(
            "insert into ledger.transactions (id, psp, psp_account, psp_reference,"
            " merchant_reference, event_reference, type, status, amount_minor, fee_minor, currency,"
            " occurred_at, updated_at) values (%s, 'adyen', 'NorthwindEU', %s, %s, %s, %s,"
            " 'settled', %s, %s, 'EUR', '2026-11-09 09:00+00', '2026-11-09 09:00+00')",
            rows,
        )


def _row(kind: str, net: int) -> dict[str, str]:
    return {
        "Company Account": "Northwind",
        "Merchant Account": ACCOUNT,
        "Creation Date": "2026-11-09 10:00:00",
        "TimeZone": "CET",
        "Type": kind,
        "Net Currency": "EUR",
        "Net Credit (NC)" if net > 0 else "Net Debit (NC)": _euro(net),
        "Batch Number": "7",
        "Booking Date": "2026-11-10 23:50:00",
        "Booking Date TimeZone": "CET",
    }


def _euro(cents: int) -> str:
    whole, rest = divmod(abs(cents), 100)
    return f"{whole}.{rest:02d}"
