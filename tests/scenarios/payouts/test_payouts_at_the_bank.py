"""Payouts against the lines of a bank that the PSP's rule claims."""

from __future__ import annotations

from tests.scenarios.conftest import a_line
from tests.scenarios.payouts.conftest import PayoutDesk


def test_a_payout_arrives_and_the_rest_of_the_bank_is_counted(payout_desk: PayoutDesk) -> None:
    payout_desk.batch(1, a_line(fee="1.00"))
    payout_desk.bank_day("2026-03-03", (-2500, "rent"))
    payout_desk.bank_day("2026-03-04", (9900, "ADYEN N.V. TX1EURXT batch 1"), (700, "a customer"))

    payout_desk.run()

    assert payout_desk.states() == [("batch 1", "EUR", "explained", "arrived")]
    assert payout_desk.found() == []
    (lines,) = payout_desk.desk.rows(
        "select claimed_lines, claimed_minor, unclaimed_lines, unclaimed_minor"
        " from reconciliation.bank_lines"
    )
    assert lines == {
        "claimed_lines": 1,
        "claimed_minor": 9900,
        "unclaimed_lines": 2,
        "unclaimed_minor": -1800,
    }
    assert payout_desk.totals("payout_bank") == [
        {"currency": "EUR", "statement_minor": 9900, "ledger_minor": 9900, "residual_minor": 0}
    ]
