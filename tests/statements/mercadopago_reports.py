"""Rows of Mercado Pago's release report."""

from __future__ import annotations

HEADER = (
    "DATE,SOURCE_ID,EXTERNAL_REFERENCE,RECORD_TYPE,DESCRIPTION,NET_CREDIT_AMOUNT,"
    "NET_DEBIT_AMOUNT,GROSS_AMOUNT,MP_FEE_AMOUNT,FINANCING_FEE_AMOUNT,SHIPPING_FEE_AMOUNT,"
    "TAXES_AMOUNT,COUPON_AMOUNT,INSTALLMENTS,PAYMENT_METHOD"
)
OPENING = (
    "2026-03-01T00:00:00.000-04:00,,,initial_available_balance,,100.00,0.00,100.00,0,0,0,0,0,1,"
)
PAYMENT = (
    "2026-03-01T23:30:00.000-04:00,771,ORD-1,release,payment,"
    "225.96,0.00,269.00,-40.04,0.00,-2.00,-1.00,0.00,1,visa"
)
REFUND = (
    "2026-03-01T23:40:00.000-04:00,772,ORD-2,release,refund,"
    "0.00,84.00,-100.00,16.00,0.00,0.00,0.00,0.00,1,visa"
)
CLOSING = ",,,total,,241.96,0.00,241.96,0,0,0,0,0,1,"


def a_report(*rows: str, header: str = HEADER) -> bytes:
    return "".join(f"{line}\n" for line in (header, *rows)).encode()
