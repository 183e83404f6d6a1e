"""One batch, one ledger: what the first run says."""

from tests.scenarios.conftest import Desk, a_line, settings_of


def test_a_batch_that_agrees_with_the_ledger_is_reconciled(desk: Desk) -> None:
    desk.ledger("L1", 10000, fee_minor=25)
    desk.ledger("L2", -3000, type="refund", event="R1")
    desk.batch(1, a_line(fee="0.25"), a_line(type="Refunded", event="R1", amount="-30.00"))

    run = desk.run()

    assert settings_of(run) == {
        "verdict": "reconciled",
        "statement_lines": 3,
        "ledger_transactions": 2,
        "matched": 2,
        "pending": 0,
        "discrepancies": 0,
    }
    assert desk.matches() == [("event_reference", 1, 1), ("event_reference", 1, 1)]
