"""Amendments: the same bytes again, the same statement with other bytes, or with fewer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.corpus.cases import Accepted, File, Refused, SeenBefore
from tests.corpus.structure import CUT
from tests.corpus.whole_files import ALL, whole


def files() -> Iterator[File]:
    """The files of this theme: of each format a statement, and what comes after it.

    A trial publishes nothing, so that each version is judged by itself; its key is that of the
    statement which it amends.
    """
    for format_ in ALL:
        name = f"amendments/{format_}"
        base = whole(format_, name)
        first = replace(base.accepted, key=_KEYS[format_])
        yield base.file(f"{name}/first", None, first)
        yield base.file(f"{name}/same bytes, another name", None, SeenBefore())
        amended = base.with_reference("ORD-1")
        yield amended.file(f"{name}/amended", None, first)
        place = amended.text.rindex("ORD-1") + 2
        cut = amended.text[:place].encode()
        yield base.file(f"{name}/cut on its way", cut, Refused(CUT[format_]))
        yield base.file(f"{name}/amendment again", amended.content, SeenBefore())
    for format_, newer, older in (
        ("bai2", "260604,0615", "260604,0515"),
        ("camt", "2025-06-09T20:00:00+02:00", "2025-06-09T19:00:00+02:00"),
        ("paypal_settlement", "2026/03/11 02:10:00", "2026/03/11 01:10:00"),
    ):
        name = f"amendments/{format_}/older version"
        base = whole(format_, name)
        text = base.text.replace(newer, older)
        assert text != base.text
        yield base.file(name, text.encode(), Accepted(1, None, None, _KEYS[format_]))


_KEYS = {
    "adyen_settlement_details": "batch 7",
    "bai2": "4001 2026-06-03",
    "camt": "DE89370400440532013000 S1",
    "checkout_financial_actions": "payout P1",
    "cnab240_statement": "012345/0000000678901 41 of 2026-06-02",
    "mercadopago_release_report": "2026-03-01 to 2026-03-01",
    "mercadopago_settlement_report": "2026-03-02 to 2026-03-02",
    "mollie_balance_transactions": "20250610T233000Z/20250610T233000Z",
    "mt940": "50880050/0194774600888 115 STARTUMS 2025-06-09",
    "ofx": "12345-6 2026-06-01 to 2026-06-30",
    "paypal_settlement": "MERCHANT1 20260310T070000Z/20260311T065959Z",
    "pix": "20250609T030000Z/20250611T025959Z",
    "razorpay_settlements": "20250610T183000Z/20250610T183000Z",
    "stripe_balance_transactions": "20250610T093001Z/20250610T093001Z",
    "stripe_payout_reconciliation": "payout po_1",
    "stripe_payouts": "20250610T100000Z/20250610T100000Z",
}
