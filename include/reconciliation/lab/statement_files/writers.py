"""One writer a format, by the name of the format: what the pipeline reads, the lab can write."""

from __future__ import annotations

from collections.abc import Mapping

from include.reconciliation.lab.statement_files import (
    adyen,
    bai2,
    camt,
    checkout,
    cnab240,
    mercadopago_release,
    mercadopago_settlement,
    mollie,
    mt940,
    narrow,
    ofx,
    paypal,
    pix,
    razorpay,
    stripe_balance_transactions,
    stripe_payout_reconciliation,
    stripe_payouts,
)
from include.reconciliation.lab.statement_files.writer import Writer

WRITERS: Mapping[str, Writer] = {
    module.WRITER.format: module.WRITER
    for module in (
        adyen,
        bai2,
        camt,
        checkout,
        cnab240,
        mercadopago_release,
        mercadopago_settlement,
        mollie,
        mt940,
        narrow,
        ofx,
        paypal,
        pix,
        razorpay,
        stripe_balance_transactions,
        stripe_payout_reconciliation,
        stripe_payouts,
    )
}
