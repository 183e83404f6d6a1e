"""Mercado Pago's release report (released money): what became available, with its balance.

The net is the truth: some exports write the gross and the costs without a sign. Rows of balances
and sums stand among the lines.
"""

from include.reconciliation.statements.description import (
    CLOSING,
    OPENING,
    SUBTOTAL,
    CsvFormat,
    LineType,
)

_COLUMNS = {
    "DATE": "booked_time",
    "SOURCE_ID": "psp_reference",
    "EXTERNAL_REFERENCE": "merchant_reference",
    "RECORD_TYPE": "type",
    "DESCRIPTION": "subtype",
    "NET_CREDIT_AMOUNT": "net_credit",
    "NET_DEBIT_AMOUNT": "net_debit",
    "GROSS_AMOUNT": "gross",
}
_IGNORED = """
COUPON_AMOUNT, INSTALLMENTS, PAYMENT_METHOD, PAYMENT_METHOD_TYPE, ORDER_ID, METADATA, PURCHASE_ID,
PAYOUT_BANK_ACCOUNT_NUMBER, TAXES_DISAGGREGATED, TRANSACTION_APPROVAL_DATE, SALE_DETAIL,
BUSINESS_UNIT, SEGMENT_DETAIL
"""
# They come in pairs of a plus and a minus under one id.
_RESERVES = (
    "reserve_for_payment",
    "reserve_for_refund",
    "reserve_for_payout",
    "reserve_for_dispute",
    "reserve_for_debt_payment",
)

_OPENING_WORD, _CLOSING_WORD = "initial_available_balance", "total"
_RELEASED = {
    "payment": LineType.plain("payment"),
    "refund": LineType.plain("refund"),
    **dict.fromkeys(
        ("chargeback", "dispute", "mediation", "mediation_cancel"),
        LineType("reversal", "reversal", negative="chargeback"),
    ),
    **dict.fromkeys(("payout", "withdrawal"), LineType.plain("payout")),
    **dict.fromkeys(
        ("shipping", "shipping_cancel", "fee_release_in_advance"), LineType.plain("fee")
    ),
    **dict.fromkeys(
        ("asset_management", "asset_management_gain", "asset_management_loss"),
        LineType.plain("adjustment"),
    ),
    **dict.fromkeys(
        _RESERVES, LineType("reserve_release", "reserve_release", negative="reserve_hold")
    ),
}

# Headers in the language of the account, and the export of the panel with its decimal commas.
_DIALECTS = {
    r"(data|fecha) d(a|e|e la) libera[cç]i?[oóãõ][^,;\t\r\n]*": (
        "have the report made without a translation of its headers (report_translation in its "
        "settings), then deliver the file again"
    ),
    "RELEASE_DATE[;,]TRANSACTION_TYPE[;,]REFERENCE_ID": (
        "this is the export of account movements: deliver the release report instead, which "
        "says the fees of each payment"
    ),
}

MERCADOPAGO_RELEASE_REPORT = CsvFormat(
    name="mercadopago_release_report",
    title="Mercado Pago release report (CSV)",
    how_to_fetch="POST /v1/account/release_report with the days, then GET its list and the file",
    columns={
        **_COLUMNS,
        "MP_FEE_AMOUNT": "cost_1",
        "FINANCING_FEE_AMOUNT": "cost_2",
        "SHIPPING_FEE_AMOUNT": "cost_3",
        "TAXES_AMOUNT": "tax_1",
        "CURRENCY": "net_currency",
        "BALANCE_AMOUNT": "balance",
    },
    required=frozenset(_COLUMNS.values()) - {"type", "merchant_reference"},
    ignored=frozenset(name.strip() for name in _IGNORED.split(",")),
    delimiters=(",", ";"),
    types={
        _OPENING_WORD: LineType.plain(OPENING),
        _CLOSING_WORD: LineType.plain(CLOSING),
        # The balance before and after a payout, in the middle of the lines.
        **dict.fromkeys(("available_balance", "subtotal"), LineType.plain(SUBTOTAL)),
        **{f"release / {word}": type_ for word, type_ in _RELEASED.items()},
        # Without a column of record types.
        **_RELEASED,
        **dict.fromkeys(
            ("block", "unblock", "fullblock"),
            LineType("reserve_release", "reserve_release", negative="reserve_hold"),
        ),
    },
    time_layouts=("YYYY-MM-DDThh:mm:ss.fzz",),
    zone="offset",
    identities=("rows_tie", "opening_and_lines_are_closing"),
    cost_sign=-1,
    sign_is_open=True,
    balance_words=(_OPENING_WORD, _CLOSING_WORD),
    dialects=_DIALECTS,
    notes=(
        "Translated headers, and the panel's export of account movements, are refused by name.",
        "The opening row says one amount, also in `BALANCE_AMOUNT`. Balances beside the lines that "
        "do not follow from one another, downwards or upwards, are told in a notice.",
        "Rows tie only where all cost columns are configured for the report.",
        "The row `total` is what is available in the end, and has no date; `available_balance` is "
        "what was before and after a payout.",
        "Some accounts' reports have no `RECORD_TYPE`: then a row without `SOURCE_ID` and "
        "`DESCRIPTION` opens, and the one that has no date either closes. Without "
        "`EXTERNAL_REFERENCE` a line can be matched by the payment alone: add the column.",
    ),
)
