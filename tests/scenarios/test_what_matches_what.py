"""Section 8 of the semantics: events, multisets of equal amounts, totals; named scenarios."""

import pytest

from include.reconciliation.identifiers import sha256_of
from include.reconciliation.statements.description import TEXT_BYTES_MAX
from tests.scenarios.conftest import Desk, a_line

pytestmark = pytest.mark.usefixtures("every_load_size")


def test_two_captures_under_one_psp_reference_are_two_events(desk: Desk) -> None:
    desk.ledger("L1", 6000, event="C1")
    desk.ledger("L2", 4000, event="C2")
    desk.batch(1, a_line(event="C2", amount="40.00"), a_line(event="C1", amount="60.00"))

    run = desk.run()

    assert (run["verdict"], desk.matches()) == (
        "reconciled",
        [("event_reference", 1, 1), ("event_reference", 1, 1)],
    )


def test_a_charge_with_a_partial_reversal_matches_the_capture_of_the_rest(desk: Desk) -> None:
    desk.ledger("L1", -6000, type="refund", event="R1")
    desk.batch(
        1,
        a_line(type="Refunded", event="R1", amount="-100.00"),
        a_line(type="RefundedReversed", event="RR1", amount="40.00"),
    )

    run = desk.run()

    assert (run["verdict"], desk.matches()) == ("reconciled", [("payment_totals", 2, 1)])


def test_refunds_of_thirty_thirty_and_forty_pair_off_without_event_references(desk: Desk) -> None:
    for number, amount_minor in enumerate((-4000, -3000, -3000)):
        desk.ledger(f"L{number}", amount_minor, type="refund", event=None)
    desk.batch(
        1,
        a_line(type="Refunded", event="R1", amount="-30.00"),
        a_line(type="Refunded", event="R2", amount="-30.00"),
        a_line(type="Refunded", event="R3", amount="-40.00"),
    )

    run = desk.run()

    assert run["verdict"] == "reconciled"
    assert desk.matches() == [("payment_and_amount", 1, 1)] * 3


def test_ten_instalments_settle_one_by_one_and_the_rest_stays_pending(desk: Desk) -> None:
    for number in range(10):
        desk.ledger(f"L{number}", 1000, settles_on=f"2026-{number + 3:02d}-03")
    desk.batch(1, a_line(amount="10.00"))

    run = desk.run()

    assert (run["verdict"], run["matched"]) == ("reconciled_with_pending", 1)
    assert desk.pending() == [("ledger", "not_due", 1000)] * 9
    assert desk.rows("select min(due_on)::text as due_on from reconciliation.pending_items") == [
        {"due_on": "2026-04-03"}
    ]


def test_one_line_for_two_ledger_rows_of_a_payment_matches_by_total(desk: Desk) -> None:
    desk.ledger("L1", 6000, event="A")
    desk.ledger("L2", 4000, event="B")
    desk.batch(1, a_line(event="C"))

    run = desk.run()

    assert (run["verdict"], desk.matches()) == ("reconciled", [("payment_totals", 1, 2)])


def test_totals_are_one_mismatch_for_the_group_never_a_flood(desk: Desk) -> None:
    desk.ledger("L1", 6000, event="A")
    desk.ledger("L2", 4500, event="B")
    desk.batch(1, a_line(event="C", amount="70.00"), a_line(event="D", amount="31.00"))

    desk.run()

    assert desk.open_discrepancies() == [("amount_mismatch", "EUR", -400, 400)]


def test_a_refund_and_its_reversal_match_each_other_when_it_failed_in_the_ledger(
    desk: Desk,
) -> None:
    desk.ledger("L1", -3000, type="refund", event="R1", status="failed")
    desk.batch(
        1,
        a_line(type="Refunded", event="R1", amount="-30.00"),
        a_line(type="RefundedReversed", event="RR1", amount="30.00"),
    )

    run = desk.run()

    assert (run["verdict"], desk.matches()) == ("reconciled", [("payment_totals", 2, 1)])


def test_the_ledger_may_have_stored_the_capture_as_the_payment(desk: Desk) -> None:
    desk.ledger("L1", 10000, payment="C1", event=None)
    desk.batch(1, a_line())

    assert desk.run()["verdict"] == "reconciled"


def test_a_merchant_reference_counts_only_without_one_of_the_psp(desk: Desk) -> None:
    desk.ledger("L1", 10000, payment=None, event=None, merchant="order-P1")
    desk.ledger("L2", 5000, payment="unknown", event=None, merchant="order-P2")
    desk.batch(1, a_line(), a_line(payment="P2", event="C2", amount="50.00"))

    desk.run()

    assert desk.matches() == [("payment_and_amount", 1, 1)]
    assert desk.open_discrepancies() == [
        ("missing_in_ledger", "EUR", 5000, 5000),
        ("missing_in_statement", "EUR", -5000, 5000),
    ]


def test_a_merchant_reference_that_names_two_payments_is_no_reference(desk: Desk) -> None:
    desk.ledger("L1", 10000, payment=None, event=None, merchant="order-7")
    desk.batch(1, a_line(merchant="order-7"), a_line(payment="P2", event="C2", merchant="order-7"))

    desk.run()

    assert desk.matches() == []


def test_references_of_the_longest_length_are_published_and_matched(desk: Desk) -> None:
    """They are part of keys, and an index takes only so many bytes of what can't be compressed."""

    def reference(name: str) -> str:
        return "".join(sha256_of(f"{name}{n}".encode()) for n in range(13))[:TEXT_BYTES_MAX]

    payment, event = reference("payment"), reference("event")
    desk.ledger("L1", 10000, payment=payment, event=event)
    desk.batch(
        1,
        a_line(payment=payment, event=event, merchant="order"),
        a_line(type=reference("type")),
    )

    desk.run()

    assert desk.matches() == [("event_reference", 1, 1)]
    assert desk.open_discrepancies() == [("unclassified_line", "EUR", 10000, 10000)]


def test_references_of_the_longest_length_are_published_whatever_they_are_made_of(
    desk: Desk,
) -> None:
    def control_characters(name: str) -> str:
        digits = "".join(sha256_of(f"{name}{n}".encode()) for n in range(25))
        characters = "".join(chr(14 + byte % 18) for byte in bytes.fromhex(digits))
        return f"|{characters}"[:TEXT_BYTES_MAX]

    kind, payment, event = map(control_characters, ("type", "payment", "event"))
    desk.ledger("L1", 10000, payment=payment, event=event)
    desk.batch(1, *(a_line(type=kind, payment=payment, event=event, merchant="o") for _ in "12"))

    desk.run()

    assert [71, 71] == [
        len(row["line_key"])
        for row in desk.rows("select line_key from reconciliation.statement_lines")
        if row["line_key"].startswith("sha256:")
    ]


def test_a_second_settlement_does_not_take_the_place_of_another_capture(desk: Desk) -> None:
    desk.ledger("L1", 10000, event="C1")
    desk.ledger("L2", 10000, event="C2", settles_on="2026-03-20")
    desk.batch(1, a_line(event="C1"), a_line(event="C1"))

    desk.run()

    assert desk.open_discrepancies() == [("duplicate_settlement", "EUR", 10000, 10000)]
    assert desk.pending() == [("ledger", "not_due", 10000)]


def test_a_refund_that_failed_in_the_ledger_and_was_settled_is_another_state(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.ledger("L2", -3000, type="refund", event="R1", status="failed")
    desk.batch(1, a_line(), a_line(type="Refunded", event="R1", amount="-30.00"))

    desk.run()

    assert desk.open_discrepancies() == [("status_mismatch", "EUR", -3000, 3000)]


def test_refunds_of_thirty_thirty_and_forty_are_one_refund_of_a_hundred(desk: Desk) -> None:
    desk.ledger("L1", -10000, type="refund", event=None)
    desk.batch(
        1,
        a_line(type="Refunded", event="R1", amount="-30.00"),
        a_line(type="Refunded", event="R2", amount="-30.00"),
        a_line(type="Refunded", event="R3", amount="-40.00"),
    )

    run = desk.run()

    assert (run["verdict"], desk.matches()) == ("reconciled", [("payment_totals", 3, 1)])


def test_a_third_refund_of_thirty_beside_two_in_the_ledger_is_surplus(desk: Desk) -> None:
    for number in (1, 2):
        desk.ledger(f"L{number}", -3000, type="refund", event=f"R{number}")
    desk.batch(
        1,
        *(a_line(type="Refunded", event=event, amount="-30.00") for event in ("R1", "R2", "R2")),
    )

    desk.run()

    assert desk.matches() == [("event_reference", 1, 1)] * 2
    assert desk.open_discrepancies() == [("duplicate_settlement", "EUR", -3000, 3000)]


def test_a_chargeback_its_reversal_and_a_second_one_are_three_events(desk: Desk) -> None:
    desk.ledger("L1", -10000, type="chargeback", event="D1")
    desk.ledger("L2", 10000, type="chargeback_reversal", event="D2")
    desk.batch(
        1,
        a_line(type="Chargeback", event="D1", amount="-100.00"),
        a_line(type="ChargebackReversed", event="D2", amount="100.00"),
        a_line(type="SecondChargeback", event="D3", amount="-100.00"),
    )

    desk.run(end="2026-03-06T00:00:00Z")

    assert desk.matches() == [("event_reference", 1, 1)] * 2
    assert desk.open_discrepancies() == [("chargeback_not_in_ledger", "EUR", -10000, 10000)]


def test_of_ten_instalments_one_that_is_not_settled_on_its_day_is_missing_and_no_other(
    desk: Desk,
) -> None:
    for number in range(10):
        desk.ledger(f"L{number}", 1000, settles_on=f"2026-{number + 3:02d}-03")
    desk.batch(1, a_line(payment="P2", event="C2"))
    desk.ledger("L99", 10000, payment="P2", event="C2")

    desk.run()

    assert desk.open_discrepancies() == [("missing_in_statement", "EUR", -1000, 1000)]
    assert desk.pending() == [("ledger", "not_due", 1000)] * 9


def test_a_chargeback_does_not_take_the_place_of_a_refund_of_its_amount(desk: Desk) -> None:
    desk.ledger("L1", -10000, type="refund", event=None)
    desk.batch(1, a_line(type="Chargeback", event="CB1", amount="-100.00"))

    run = desk.run(end="2026-03-06T00:00:00Z")

    assert (run["matched"], desk.matches()) == (0, [])
    assert [
        ("chargeback_not_in_ledger", "EUR", -10000, 10000),
        ("missing_in_statement", "EUR", 10000, 10000),
    ] == [found for found in desk.open_discrepancies() if found[0] != "statement_gap"]


def test_two_lines_that_come_to_a_cent_more_than_their_capture_are_a_mismatch_of_a_cent(
    desk: Desk,
) -> None:
    desk.ledger("L1", 10000, event="A")
    desk.batch(1, a_line(event="B", amount="60.00"), a_line(event="C", amount="40.01"))

    run = desk.run()

    assert ("discrepancies", []) == (run["verdict"], desk.matches())
    assert [("amount_mismatch", "EUR", 1, 1)] == desk.open_discrepancies()
