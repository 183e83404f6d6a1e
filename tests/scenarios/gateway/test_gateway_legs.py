"""What a PSP with a gateway shows: three more legs, each proved, and every event counted once."""

from __future__ import annotations

from collections.abc import Callable

from tests.scenarios.conftest import a_line
from tests.scenarios.gateway.conftest import GatewayDesk

MONDAY = ("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z")
THURSDAY = ("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")


def test_what_all_three_books_have_is_matched_on_every_leg(gateway: GatewayDesk) -> None:
    gateway.captured()
    gateway.desk.ledger("L1", 10000)
    gateway.desk.batch(1, a_line())
    run = gateway.desk.run()

    assert (run["verdict"], gateway.findings()) == ("reconciled", [])
    assert gateway.buckets() == {
        ("authorisation", "statement"): (1, 1, 0, 0, 0),
        ("authorisation", "ledger"): (1, 1, 0, 0, 0),
        ("gateway_ledger", "statement"): (2, 1, 0, 0, 1),
        ("gateway_ledger", "ledger"): (1, 1, 0, 0, 0),
        ("gateway_statement", "statement"): (2, 1, 0, 0, 1),
        ("gateway_statement", "ledger"): (2, 1, 0, 0, 1),
        ("ledger_statement", "statement"): (2, 1, 0, 0, 1),
        ("ledger_statement", "ledger"): (1, 1, 0, 0, 0),
    }


def test_what_is_captured_and_not_settled_is_pending_and_then_missing_in_the_statement(
    gateway: GatewayDesk,
) -> None:
    gateway.captured()
    gateway.desk.ledger("L1", 10000)
    run = gateway.desk.run(*MONDAY)
    waiting = gateway.desk.pending()
    gateway.captured("P2", "C2")
    gateway.desk.ledger("L2", 10000, payment="P2", event="C2")
    gateway.desk.batch(1, a_line(payment="P2", event="C2"))
    gateway.desk.run("2026-03-03T00:00:00Z", "2026-03-05T00:00:00Z")

    assert run["verdict"] == "reconciled_with_pending"
    assert waiting == [("gateway", "not_due", 10000), ("ledger", "not_due", 10000)]
    assert gateway.findings() == [
        ("gateway_statement", "missing_in_statement", -10000, "gateway_statement"),
        ("ledger_statement", "missing_in_statement", -10000, "gateway_statement"),
    ]


def test_what_is_settled_and_only_authorised_is_a_missing_capture_and_counts_once(
    gateway: GatewayDesk,
) -> None:
    gateway.intent()
    gateway.desk.batch(1, a_line())
    run = gateway.desk.run()
    events = gateway.desk.rows("select distinct event_id from reconciliation.discrepancies")

    assert gateway.findings() == [
        ("gateway_statement", "missing_capture", 10000, "gateway_statement"),
        ("ledger_statement", "missing_in_ledger", 10000, "gateway_statement"),
    ]
    assert (len(events), run["discrepancies"]) == (1, 1)
    assert gateway.terms("gateway_statement") == (10000, 0, 10000, 0, 0, 0, 0)


def test_what_is_settled_and_unknown_to_the_gateway_is_missing_in_it(gateway: GatewayDesk) -> None:
    gateway.desk.ledger("L1", 10000)
    gateway.desk.batch(1, a_line())
    gateway.desk.run()

    assert gateway.findings() == [
        ("gateway_ledger", "missing_in_gateway", -10000, "gateway_ledger"),
        ("gateway_statement", "missing_in_gateway", 10000, "gateway_ledger"),
    ]


def test_what_is_captured_and_not_booked_is_missing_in_the_ledger_after_a_cycle(
    gateway: GatewayDesk,
) -> None:
    gateway.captured()
    gateway.desk.run("2026-03-02T00:00:00Z", "2026-03-02T10:30:00Z")
    waiting = gateway.desk.pending()
    gateway.desk.run("2026-03-02T10:30:00Z", "2026-03-02T11:30:00Z")

    assert waiting == [
        ("gateway", "ledger_grace", 10000),
        ("gateway", "not_due", 10000),
    ]
    assert gateway.findings() == [("gateway_ledger", "missing_in_ledger", 10000, "gateway_ledger")]


def test_a_capture_above_its_authorisation_has_an_identity_of_its_own(gateway: GatewayDesk) -> None:
    gateway.intent()
    gateway.transaction("capture", 13000)
    gateway.desk.ledger("L1", 13000)
    gateway.desk.batch(1, a_line(amount="130.00"))
    gateway.desk.run()

    assert gateway.findings() == [
        ("authorisation", "capture_exceeds_authorisation", 3000, "authorisation")
    ]
    assert gateway.terms("authorisation") == (13000, 10000, 0, 3000, 0, 0, 0)
    assert gateway.terms("gateway_ledger") == (13000, 13000, 0, 0, 0, 0, 0)


def test_what_is_left_of_an_authorisation_is_open_until_it_is_void(gateway: GatewayDesk) -> None:
    gateway.intent()
    gateway.transaction("capture", 6000)
    gateway.desk.ledger("L1", 6000)
    gateway.desk.run(*MONDAY)
    still_open = gateway.terms("authorisation")
    waiting = [
        (row["reason"], row["amount_minor"], row["due_on"])
        for row in gateway.desk.rows(
            "select * from reconciliation.pending_items where leg = 'authorisation'"
            " order by amount_minor"
        )
    ]
    gateway.transaction("void", 4000)
    gateway.desk.batch(1, a_line(amount="60.00"))
    run = gateway.desk.run("2026-03-03T00:00:00Z", "2026-03-05T00:00:00Z")

    assert still_open == (6000, 10000, 0, 0, 6000, 10000, 0)
    assert waiting == [("still_open", 6000, None), ("still_open", 10000, None)]
    assert (run["verdict"], gateway.findings()) == ("reconciled", [])
    assert gateway.terms("authorisation") == (10000, 10000, 0, 0, 0, 0, 0)


def test_an_authorisation_that_nobody_captured_is_expected_on_no_leg_of_money(
    gateway: GatewayDesk,
) -> None:
    gateway.intent()
    gateway.desk.run()

    buckets = gateway.buckets()
    assert gateway.findings() == []
    assert buckets["authorisation", "ledger"] == (1, 0, 1, 0, 0)
    assert buckets["gateway_ledger", "statement"] == (1, 0, 0, 0, 1)
    assert buckets["gateway_statement", "ledger"] == (1, 0, 0, 0, 1)
    assert [row["leg"] for row in gateway.desk.rows("select * from internal.open_items")] == [
        "authorisation"
    ]


def test_a_capture_that_is_settled_twice_is_one_double_settlement(gateway: GatewayDesk) -> None:
    gateway.captured()
    gateway.desk.ledger("L1", 10000)
    gateway.desk.batch(1, a_line(), a_line())
    run = gateway.desk.run()

    assert gateway.findings() == [
        ("gateway_statement", "duplicate_settlement", 10000, "gateway_statement"),
        ("ledger_statement", "duplicate_settlement", 10000, "gateway_statement"),
    ]
    assert run["discrepancies"] == 1


def test_a_capture_that_the_gateway_has_twice_is_a_duplicate_in_the_gateway(
    gateway: GatewayDesk,
) -> None:
    gateway.captured()
    gateway.transaction("capture", number="-again")
    gateway.desk.ledger("L1", 10000)
    gateway.desk.batch(1, a_line())
    gateway.desk.run()

    assert gateway.findings() == [
        ("authorisation", "capture_exceeds_authorisation", 10000, "authorisation"),
        ("gateway_ledger", "duplicate_in_gateway", 10000, "gateway_ledger"),
        ("gateway_statement", "duplicate_in_gateway", -10000, "gateway_ledger"),
    ]


def test_a_refund_that_failed_in_the_gateway_and_was_settled_is_another_state(
    gateway: GatewayDesk,
) -> None:
    gateway.captured()
    gateway.transaction("refund", 3000, event="R1", status="failed")
    gateway.desk.ledger("L1", 10000)
    gateway.desk.ledger("L2", -3000, type="refund", event="R1")
    gateway.desk.batch(1, a_line(), a_line(type="Refunded", event="R1", amount="-30.00"))
    gateway.desk.run()

    assert gateway.findings() == [
        ("gateway_ledger", "status_mismatch", 3000, "gateway_ledger"),
        ("gateway_statement", "status_mismatch", -3000, "gateway_ledger"),
    ]


def test_a_ledger_row_that_moves_no_money_for_a_capture_is_another_state(
    gateway: GatewayDesk,
) -> None:
    gateway.captured()
    gateway.desk.ledger("L1", 10000, status="failed")
    gateway.desk.batch(1, a_line())
    gateway.desk.run()

    assert gateway.findings() == [
        ("gateway_ledger", "status_mismatch", 10000, "gateway_ledger"),
        ("ledger_statement", "status_mismatch", 10000, "gateway_ledger"),
    ]


def test_amounts_are_compared_on_each_leg_and_count_with_the_largest(gateway: GatewayDesk) -> None:
    gateway.captured(amount_minor=9900)
    gateway.desk.ledger("L1", 10000)
    gateway.desk.batch(1, a_line(amount="99.50"))
    gateway.desk.run()

    assert gateway.findings() == [
        ("gateway_ledger", "amount_mismatch", -100, "gateway_ledger"),
        ("gateway_statement", "amount_mismatch", 50, "gateway_ledger"),
        ("ledger_statement", "amount_mismatch", -50, "gateway_ledger"),
    ]


def test_a_refund_of_another_amount_is_a_refund_mismatch(gateway: GatewayDesk) -> None:
    gateway.captured()
    gateway.transaction("refund", 3000, event="R1")
    gateway.desk.ledger("L1", 10000)
    gateway.desk.ledger("L2", -3100, type="refund", event="R1")
    gateway.desk.batch(1, a_line(), a_line(type="Refunded", event="R1", amount="-31.00"))
    gateway.desk.run()

    assert gateway.findings() == [
        ("gateway_ledger", "refund_mismatch", 100, "gateway_ledger"),
        ("gateway_statement", "refund_mismatch", -100, "gateway_ledger"),
    ]


def test_a_status_that_the_gateways_mapping_does_not_know_is_unclassified(
    gateway: GatewayDesk,
) -> None:
    gateway.intent()
    gateway.transaction("capture", status="odd")
    gateway.desk.run()

    assert gateway.findings() == [
        ("authorisation", "unclassified_line", 10000, "authorisation"),
        ("gateway_ledger", "unclassified_line", 10000, "gateway_ledger"),
        ("gateway_statement", "unclassified_line", -10000, "gateway_ledger"),
    ]


def test_a_gateway_that_knows_no_disputes_is_not_asked_for_them(gateway: GatewayDesk) -> None:
    gateway.captured()
    gateway.desk.ledger("L1", 10000)
    gateway.desk.ledger("L2", -10000, type="chargeback", event="D1")
    gateway.desk.batch(1, a_line(), a_line(type="Chargeback", event="D1", amount="-100.00"))
    run = gateway.desk.run()

    assert (run["verdict"], gateway.findings()) == ("reconciled", [])
    assert gateway.buckets()["gateway_ledger", "ledger"] == (2, 1, 0, 0, 1)


def test_a_gateway_that_knows_disputes_misses_one(
    gateway: GatewayDesk, declare: Callable[[str], None]
) -> None:
    declare("[psp.gateway]\nknows_disputes = true\n")
    gateway.captured()
    gateway.desk.ledger("L1", 10000)
    gateway.desk.ledger("L2", -10000, type="chargeback", event="D1")
    gateway.desk.batch(1, a_line(), a_line(type="Chargeback", event="D1", amount="-100.00"))
    gateway.desk.run()

    assert gateway.findings() == [
        ("gateway_ledger", "missing_in_gateway", 10000, "gateway_ledger"),
        ("gateway_statement", "missing_in_gateway", -10000, "gateway_ledger"),
    ]


def test_a_ledger_without_the_psps_references_is_found_by_the_merchants(
    gateway: GatewayDesk,
) -> None:
    gateway.intent(merchant="order-P1")
    gateway.transaction("capture")
    gateway.desk.ledger("L1", 10000, payment=None, event=None, merchant="order-P1")
    gateway.desk.run(*MONDAY)
    before = gateway.buckets()["gateway_ledger", "ledger"]
    gateway.desk.batch(1, a_line())
    gateway.desk.run("2026-03-03T00:00:00Z", "2026-03-05T00:00:00Z")
    gateway.transaction("capture", 9000)
    gateway.desk.run(*THURSDAY)

    assert before == (1, 1, 0, 0, 0)
    assert [row[:3] for row in gateway.findings()] == [
        ("gateway_ledger", "amount_mismatch", -1000),
        ("gateway_statement", "amount_mismatch", 1000),
        ("gateway_statement", "ledger_changed", 0),
    ]


def test_a_finding_without_the_events_reference_shares_the_event_of_the_others(
    gateway: GatewayDesk,
) -> None:
    gateway.captured()
    gateway.desk.ledger("L1", 10000, event=None)
    gateway.captured("P2", "C2")
    gateway.desk.ledger("L2", 10000, payment="P2", event="C2")
    gateway.desk.batch(1, a_line(payment="P2", event="C2"))
    run = gateway.desk.run()

    events = gateway.desk.rows("select distinct event_id from reconciliation.discrepancies")
    assert gateway.findings() == [
        ("gateway_statement", "missing_in_statement", -10000, "gateway_statement"),
        ("ledger_statement", "missing_in_statement", -10000, "gateway_statement"),
    ]
    assert (len(events), run["discrepancies"]) == (1, 1)
