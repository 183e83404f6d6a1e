"""Mercado Pago's settlement report: payments by the day they were approved, without a balance.

Costs are written as negative amounts; only those that the net is made of are read.
"""

from __future__ import annotations

from include.reconciliation.statements.description import CsvFormat, LineType

_COLUMNS = {
    "SOURCE_ID": "psp_reference",
    "TRANSACTION_TYPE": "type",
    "TRANSACTION_AMOUNT": "gross",
    "TRANSACTION_CURRENCY": "gross_currency",
    "TRANSACTION_DATE": "fallback_time",
    "FEE_AMOUNT": "cost_1",
    "SETTLEMENT_NET_AMOUNT": "net",
    "SETTLEMENT_CURRENCY": "net_currency",
    "SETTLEMENT_DATE": "booked_time",
}
_IGNORED = """
USER_ID, PAYMENT_METHOD, PAYMENT_METHOD_TYPE, SITE, REAL_AMOUNT, COUPON_AMOUNT, METADATA,
FINANCING_FEE_AMOUNT, SHIPPING_FEE_AMOUNT, INSTALLMENTS, TAX_DETAIL, TAXES_DISAGGREGATED,
MONEY_RELEASE_DATE, DESCRIPTION, PAYER_NAME
"""

MERCADOPAGO_SETTLEMENT_REPORT = CsvFormat(
    name="mercadopago_settlement_report",
    title="Mercado Pago settlement report (CSV)",
    how_to_fetch="POST /v1/account/settlement_report with the days, then GET its list and the file",
    columns={
        **_COLUMNS,
        "EXTERNAL_REFERENCE": "merchant_reference",
        "MKP_FEE_AMOUNT": "cost_2",
        "TAXES_AMOUNT": "tax_1",
        "ORDER_ID": "further_1",
    },
    required=frozenset(_COLUMNS.values()),
    ignored=frozenset(name.strip() for name in _IGNORED.split(",")),
    delimiters=(",", ";"),
    types={
        "settlement": LineType.plain("payment"),
        "refund": LineType.plain("refund"),
        **dict.fromkeys(
            ("chargeback", "dispute"), LineType("reversal", "reversal", negative="chargeback")
        ),
        **dict.fromkeys(
            ("withdrawal", "withdrawal_cancel", "payout", "payouts"), LineType.plain("payout")
        ),
    },
    time_layouts=("YYYY-MM-DDThh:mm:ss.fzz",),
    zone="offset",
    identities=("rows_tie",),
    cost_sign=-1,
    further_kinds={"further_1": "order"},
    notes=("Financing and shipping are not part of the net: their columns are not read.",),
)
