"""Stripe's balance transactions: the pages of its API, read for a range of `created`.

The accounting word is `reporting_category`, since it tells a dispute from another adjustment; where
it is not known, `type` is looked up instead.
"""

from include.reconciliation.statements import stripe_lists
from include.reconciliation.statements.description import Gate, LineType, PagesFormat

_CAPTURE_REVERSED = LineType("reversal", "payment")
_REFUND_REVERSED = LineType("reversal", "refund")

STRIPE_BALANCE_TRANSACTIONS = PagesFormat(
    name="stripe_balance_transactions",
    title="Stripe balance transactions (API)",
    ask=stripe_lists.ask("/v1/balance_transactions", "data.source"),
    page=stripe_lists.page,
    types={
        **dict.fromkeys(("charge", "payment"), LineType.plain("payment")),
        **dict.fromkeys(("refund", "payment_refund"), LineType.plain("refund")),
        **dict.fromkeys(
            (
                "partial_capture_reversal",
                "charge_failure",
                "payment_reversal",
                "payment_failure_refund",
            ),
            _CAPTURE_REVERSED,
        ),
        "refund_failure": _REFUND_REVERSED,
        "dispute": LineType.plain("chargeback"),
        "dispute_reversal": LineType.plain("reversal"),
        **dict.fromkeys(
            ("fee", "network_cost", "tax", "stripe_fee", "stripe_fx_fee", "tax_fee"),
            LineType.plain("fee"),
        ),
        **dict.fromkeys(
            ("payout", "payout_reversal", "payout_cancel", "payout_failure"),
            LineType.plain("payout"),
        ),
        **dict.fromkeys(("other_adjustment", "adjustment"), LineType.plain("adjustment")),
        **dict.fromkeys(
            (
                "risk_reserved_funds",
                "connect_reserved_funds",
                "reserve_hold",
                "reserve_release",
                "reserve_transaction",
                "reserved_funds",
                "payment_network_reserve_hold",
                "payment_network_reserve_release",
            ),
            LineType.plain("reserve"),
        ),
        **dict.fromkeys(("topup", "topup_reversal"), LineType.plain("balance")),
    },
    gates=(
        Gate("every_line_is_complete", "bad_page"),
        Gate("every_text_is_short", "beyond_limits"),
        Gate("every_line_comes_once", "page_repeated"),
        Gate("every_line_is_in_the_range", "outside_range"),
        Gate("every_currency_is_known", "unknown_currency"),
        Gate("every_currency_is_configured", "currency_not_configured"),
        Gate("every_amount_is_whole_in_its_currency", "excess_decimals"),
        Gate("every_line_ties", "row_does_not_tie"),
        Gate("no_line_in_force_is_missing", "page_missing"),
    ),
    # Two currencies without decimals that Stripe still writes in hundredths.
    minor_unit_divisors={"ISK": 100, "UGX": 100},
    metadata_keys=("order_id", "merchant_reference"),
    proved_by="every page of the range was read, lines tie to their net, none in force is missing",
    how_to_fetch=(
        "GET /v1/balance_transactions by created, newest first, with the sources expanded; the key "
        "needs the right to read balance transactions and their sources"
    ),
    identity=(
        "amount − fee = net, and the details of a fee sum to it; no page and no line comes twice "
        "or is missing; a line that is in force is there again when its range is read again"
    ),
    units="whole minor units; ISK and UGX come in hundredths and are divided",
    signs="as written; the details of type tax and withheld_tax are taken out of the fee",
    zones="seconds since 1970; days are those of the zone of the PSP's entry",
    references=(
        "payment_intent of the source, else the charge, is the payment; the source's id is the "
        "event; order_id or merchant_reference in its metadata is the merchant's"
    ),
    notes=(
        "The type is that of reporting_category, else of type.",
        "The range is half-open: from the watermark less the look-back to the as-of instant.",
        "In a conversion the gross is what the source says in its own currency, else NULL.",
        "A page that was cut on its way is read up to three times; what is still broken then is "
        "kept and refused, and the next run reads the range anew.",
    ),
)
