"""Adyen's settlement details report: one CSV file per merchant account and batch.

Amounts are major units without a sign in debit and credit columns; columns come in any order, more
of them every year; type words come in any case.
"""

from include.reconciliation.statements.description import CsvFormat, LineType, Numbers

_COLUMNS = {
    "Merchant Account": "account",
    "Psp Reference": "psp_reference",
    "Merchant Reference": "merchant_reference",
    "Creation Date": "fallback_time",
    "TimeZone": "fallback_zone",
    "Type": "type",
    "Modification Reference": "event_reference",
    "Gross Currency": "gross_currency",
    "Gross Debit (GC)": "gross_debit",
    "Gross Credit (GC)": "gross_credit",
    "Exchange Rate": "exchange_rate",
    "Net Currency": "net_currency",
    "Net Debit (NC)": "net_debit",
    "Net Credit (NC)": "net_credit",
    "Commission (NC)": "cost_1",
    "Markup (NC)": "cost_2",
    "Scheme Fees (NC)": "cost_3",
    "Interchange (NC)": "cost_4",
    "Batch Number": "statement",
}
_IGNORED = """
Company Account, Payment Method, Payment Method Variant, Modification Merchant Reference,
Reserved4, Reserved5, Reserved6, Reserved7, Reserved8, Reserved9, Reserved10, Metadata,
Balance Currency, Net Debit (BC), Net Credit (BC), Payment Fees (NC), DCC Markup (NC),
Funds Destination, Balance Platform Debit, Balance Platform Credit, Shopper Country,
Clearing Network, Merchant Order Reference, Dispute Reference, ARN, Settlement Flow,
Authorisation Code, Gross Fees (NC)
"""

ADYEN_SETTLEMENT_DETAILS = CsvFormat(
    name="adyen_settlement_details",
    title="Adyen settlement details report (CSV)",
    how_to_fetch="on the webhook REPORT_AVAILABLE, download its URL with the key of a report user",
    columns={
        **_COLUMNS,
        "Booking Date": "booked_time",
        "Booking Date TimeZone": "booked_zone",
    },
    required=frozenset(_COLUMNS.values()),
    ignored=frozenset(" ".join(name.split()) for name in _IGNORED.split(",")),
    types={
        **dict.fromkeys(
            ("settled", "settledbulk", "settledinstallment"), LineType.plain("payment")
        ),
        **dict.fromkeys(("refunded", "refundedbulk"), LineType.plain("refund")),
        **dict.fromkeys(("chargeback", "secondchargeback"), LineType.plain("chargeback")),
        "chargebackreversed": LineType.plain("reversal"),
        "refundedreversed": LineType("reversal", "refund"),
        **dict.fromkeys(("fee", "invoicededuction", "misccosts"), LineType.plain("fee")),
        "depositcorrection": LineType.plain("adjustment"),
        "balancetransfer": LineType.plain("balance"),
        "merchantpayout": LineType("payout", "payout", leaves=True),
        "reserveadjustment": LineType.plain("reserve"),
    },
    numbers=Numbers(is_signed=False),
    time_layouts=("YYYY-MM-DD hh:mm:ss",),
    zone="abbreviation",
    statement_key="batch {}",
    statement_is_number=True,
    account_rows_hold_text=True,
    identities=("rows_tie", "statements_sum_to_zero"),
    notes=(
        "A batch is closed when it is reported, so a sum that is left over means lost rows.",
        "An abbreviation names a place all year (CET is Berlin, PST is Los Angeles); in the hour "
        "that occurs twice it decides which one is meant.",
    ),
)
