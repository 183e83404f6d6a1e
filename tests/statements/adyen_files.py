"""Adyen settlement details files, row by row, as small as a test needs them."""

from __future__ import annotations

from collections.abc import Sequence

COLUMNS = (
    "Company Account",
    "Merchant Account",
    "Psp Reference",
    "Merchant Reference",
    "Payment Method",
    "Creation Date",
    "TimeZone",
    "Type",
    "Modification Reference",
    "Gross Currency",
    "Gross Debit (GC)",
    "Gross Credit (GC)",
    "Exchange Rate",
    "Net Currency",
    "Net Debit (NC)",
    "Net Credit (NC)",
    "Commission (NC)",
    "Markup (NC)",
    "Scheme Fees (NC)",
    "Interchange (NC)",
    "Payment Method Variant",
    "Modification Merchant Reference",
    "Batch Number",
    "Reserved4",
    "Reserved5",
    "Reserved6",
    "Reserved7",
    "Reserved8",
    "Reserved9",
    "Reserved10",
    "Booking Date",
    "Booking Date TimeZone",
)
NEWER_COLUMNS = (
    "Metadata",
    "Balance Currency",
    "Net Debit (BC)",
    "Net Credit (BC)",
    "Payment Fees (NC)",
    "DCC Markup (NC)",
    "Funds Destination",
    "Balance Platform Debit",
    "Balance Platform Credit",
    "Shopper Country",
    "Clearing Network",
    "Merchant Order Reference",
    "Dispute Reference",
    "ARN",
    "Settlement Flow",
    "Authorisation Code",
    "Gross Fees (NC)",
)
Row = dict[str, str]


def a_row(**fields: str) -> Row:
    """A payment of 20.00 EUR that costs 0.50; `fields` are columns in our spelling."""
    row = {
        "company_account": "Shop",
        "merchant_account": "ShopEU",
        "psp_reference": "8835000000000001",
        "merchant_reference": "ORD-1",
        "payment_method": "mc",
        "creation_date": "2025-06-09 18:00:00",
        "timezone": "CET",
        "type": "Settled",
        "modification_reference": "8835000000000101",
        "gross_currency": "EUR",
        "gross_credit_gc": "20.00",
        "exchange_rate": "1",
        "net_currency": "EUR",
        "net_credit_nc": "19.50",
        "markup_nc": "0.20",
        "scheme_fees_nc": ".05",
        "interchange_nc": "0.25",
        "batch_number": "7",
        "booking_date": "2025-06-09 23:50:00",
        "booking_date_timezone": "CET",
    }
    return {**row, **fields}


def a_payout(amount: str = "19.50", **fields: str) -> Row:
    """A payout; a row of the account has no payment."""
    empty = dict.fromkeys(
        (
            "psp_reference",
            "merchant_reference",
            "payment_method",
            "gross_currency",
            "gross_credit_gc",
            "exchange_rate",
            "net_credit_nc",
            "markup_nc",
            "scheme_fees_nc",
            "interchange_nc",
        ),
        "",
    )
    payout = {
        "type": "MerchantPayout",
        "modification_reference": "TX700000001XT batch 7, ShopEU",
        "net_debit_nc": amount,
    }
    return a_row(**{**empty, **payout, **fields})


def a_file(
    rows: Sequence[Row] | None = None,
    *,
    columns: Sequence[str] = COLUMNS,
    line_end: str = "\n",
) -> bytes:
    """The bytes of a file; without rows, one payment and the payout of its net."""
    chosen = [a_row(), a_payout()] if rows is None else rows
    lines = [columns, *([row.get(ours(name), "") for name in columns] for row in chosen)]
    return "".join(",".join(map(_field, line)) + line_end for line in lines).encode()


def ours(column: str) -> str:
    """The column's name in our spelling."""
    return column.lower().replace("(", "").replace(")", "").replace(" ", "_")


def _field(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\n\r') else text
