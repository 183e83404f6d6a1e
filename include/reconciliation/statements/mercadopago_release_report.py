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
    required=frozenset(_COLUMNS.values()),
    ignored=frozenset(name.strip() for name in _IGNORED.split(",")),
    delimiters=(",", ";"),
    types={
        "initial_available_balance": LineType.plain(OPENING),
        "available_balance": LineType.plain(CLOSING),
        **dict.fromkeys(("subtotal", "total"), LineType.plain(SUBTOTAL)),
        "release / payment": LineType.plain("payment"),
        "release / refund": LineType.plain("refund"),
        **dict.fromkeys(
            ("release / chargeback", "release / dispute", "release / mediation"),
            LineType("reversal", "reversal", negative="chargeback"),
        ),
        **dict.fromkeys(("release / payout", "release / withdrawal"), LineType.plain("payout")),
        **dict.fromkeys(
            ("release / shipping", "release / fee_release_in_advance"), LineType.plain("fee")
        ),
        "release / asset_management": LineType.plain("adjustment"),
        **dict.fromkeys(
            ("block", "unblock", "fullblock", *(f"release / {word}" for word in _RESERVES)),
            LineType("reserve_release", "reserve_release", negative="reserve_hold"),
        ),
    },
    time_layouts=("YYYY-MM-DDThh:mm:ss.fzz",),
    zone="offset",
    identities=("rows_tie", "opening_and_lines_are_closing"),
    cost_sign=-1,
    sign_is_open=True,
    notes=("Rows tie only where all cost columns are configured for the report.",),
)
