"""Adyen's settlement details report: one CSV file per merchant account and batch.

Amounts are major units without a sign in debit and credit columns; columns come in any order, more
of them every year; type words come in any case. docs/formats.md has the rules.
"""

from include.reconciliation.statements.description import CsvFormat, Gate, LineType

_REQUIRED = """
Merchant Account, Psp Reference, Merchant Reference, Creation Date, TimeZone, Type,
Modification Reference, Gross Currency, Gross Debit (GC), Gross Credit (GC), Exchange Rate,
Net Currency, Net Debit (NC), Net Credit (NC), Commission (NC), Markup (NC), Scheme Fees (NC),
Interchange (NC), Batch Number
"""
_OPTIONAL = """
Company Account, Payment Method, Payment Method Variant, Modification Merchant Reference,
Reserved4, Reserved5, Reserved6, Reserved7, Reserved8, Reserved9, Reserved10, Booking Date,
Booking Date TimeZone, Metadata, Balance Currency, Net Debit (BC), Net Credit (BC),
Payment Fees (NC), DCC Markup (NC), Funds Destination, Balance Platform Debit,
Balance Platform Credit, Shopper Country, Clearing Network, Merchant Order Reference,
Dispute Reference, ARN, Settlement Flow, Authorisation Code, Gross Fees (NC)
"""


def _names(listing: str) -> dict[str, str]:
    headers = [" ".join(name.split()) for name in listing.split(",")]
    return {
        header: header.lower().replace("(", "").replace(")", "").replace(" ", "_")
        for header in headers
    }


ADYEN_SETTLEMENT_DETAILS = CsvFormat(
    name="adyen_settlement_details",
    title="Adyen settlement details report (CSV)",
    columns=_names(_REQUIRED) | _names(_OPTIONAL),
    required=frozenset(_names(_REQUIRED).values()),
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
        "merchantpayout": LineType.plain("payout"),
        "reserveadjustment": LineType.plain("reserve"),
    },
    small_gates=(
        Gate("every_row_is_of_this_account", "wrong_account"),
        Gate("every_batch_number_is_whole", "bad_batch_number"),
        Gate("every_row_has_a_type", "missing_value"),
        Gate("every_currency_is_known", "unknown_currency"),
        Gate("every_currency_is_configured", "currency_not_configured"),
        Gate("every_booking_time_is_valid", "bad_date"),
        Gate("every_zone_is_known", "unknown_zone"),
    ),
    row_gates=(
        Gate("every_text_is_short", "beyond_limits"),
        Gate("every_amount_is_a_plain_decimal", "bad_amount"),
        Gate("no_amount_has_excess_decimals", "excess_decimals"),
        Gate("no_row_is_both_debit_and_credit", "debit_and_credit"),
        Gate("every_row_ties", "row_does_not_tie"),
    ),
    sum_gates=(Gate("every_batch_sums_to_zero", "wrong_total"),),
    proved_by="rows tie to their net, batches sum to 0 per currency with payouts",
)
