"""The legs of a gateway over several runs: what changes, and legs that come, go and come again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.scenarios.conftest import a_line
from tests.scenarios.gateway.conftest import GatewayDesk

pytestmark = pytest.mark.usefixtures("every_load_size")

TUESDAY = ("2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z")
THURSDAY = ("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")


def test_a_gateway_row_that_changes_after_its_match_is_told(gateway: GatewayDesk) -> None:
    gateway.captured()
    gateway.desk.ledger("L1", 10000)
    gateway.desk.batch(1, a_line())
    gateway.desk.run()
    gateway.transaction("capture", 9000)
    gateway.desk.run(*THURSDAY)
    told = gateway.desk.rows(
        "select explanation from reconciliation.discrepancies where kind = 'ledger_changed'"
    )

    assert told == [
        {
            "explanation": "gateway row capture-P1-C1 was 100.00 EUR when it was matched,"
            " and is 90.00 EUR now"
        }
    ]


def test_t5_a_status_that_was_written_over_is_told_and_what_was_before_is_kept(
    gateway: GatewayDesk,
) -> None:
    """Defect T5 of the runbooks: the gateway has no trace of the capture that had succeeded."""
    gateway.captured()
    gateway.desk.ledger("L1", 10000)
    gateway.desk.batch(1, a_line())
    gateway.desk.run()
    gateway.session.execute(
        "update public.payment_transactions set status = 'failed', processed_at = now()"
        " where transaction_type = 'capture'"
    )
    gateway.desk.run(*THURSDAY)

    in_the_gateway = "select status from public.payment_transactions where id = 'capture-P1-C1'"
    assert gateway.session.execute(in_the_gateway).fetchall() == [("failed",)]
    assert gateway.desk.rows(
        "select status, amount_minor, last_run_number is null as is_in_force"
        " from internal.gateway_transactions where ledger_id = 'capture-P1-C1'"
        " order by first_run_number"
    ) == [
        {"status": "succeeded", "amount_minor": 10000, "is_in_force": False},
        {"status": "failed", "amount_minor": 10000, "is_in_force": True},
    ]
    assert ("gateway_statement", "status_mismatch", 10000, "gateway_ledger") in gateway.findings()


def test_a_gateway_that_joins_later_is_held_against_all_that_is_in_force(
    gateway: GatewayDesk, declare: Callable[[str], None]
) -> None:
    declare("")
    gateway.captured()
    gateway.desk.ledger("L1", 10000)
    gateway.desk.ledger("L2", 500, payment="P2", event="C2")
    gateway.desk.batch(1, a_line())
    gateway.desk.run()
    declare("[psp.gateway]\n")
    run = gateway.desk.run("2026-03-05T00:00:00Z", "2026-03-15T00:00:00Z")

    assert run["verdict"] == "incomplete"
    assert gateway.buckets()["gateway_ledger", "ledger"] == (2, 1, 0, 1, 0)
    assert gateway.buckets()["gateway_statement", "statement"] == (2, 1, 0, 0, 1)


def test_legs_that_went_and_come_again_begin_anew(
    gateway: GatewayDesk, declare: Callable[[str], None]
) -> None:
    gateway.captured()
    gateway.desk.ledger("L1", 10000)
    gateway.desk.batch(1, a_line())
    gateway.desk.run()
    declare("")
    gateway.desk.run(*THURSDAY)
    without = gateway.buckets()
    declare("[psp.gateway]\n")
    run = gateway.desk.run("2026-03-06T00:00:00Z", "2026-03-06T06:00:00Z")

    assert {leg for leg, _ in without} == {"ledger_statement"}
    assert run["verdict"] == "reconciled"
    assert gateway.buckets()["gateway_statement", "ledger"] == (2, 1, 0, 0, 1)
    assert gateway.buckets()["gateway_ledger", "statement"] == (2, 1, 0, 0, 1)


def test_days_that_are_reconciled_again_end_as_they_were(gateway: GatewayDesk) -> None:
    gateway.captured()
    gateway.intent("P2")
    gateway.desk.ledger("L1", 10000)
    gateway.desk.batch(1, a_line(), a_line(payment="P2", event="C2"))
    gateway.desk.run()
    before = (gateway.findings(), gateway.buckets())
    gateway.desk.run(*TUESDAY)

    assert (gateway.findings(), gateway.buckets()) == before


def test_without_a_gateway_there_is_one_leg_and_no_row_of_another(
    gateway: GatewayDesk, declare: Callable[[str], None]
) -> None:
    declare("")
    gateway.captured()
    gateway.desk.ledger("L1", 10000)
    gateway.desk.run()

    assert {leg for leg, _ in gateway.buckets()} == {"ledger_statement"}
    assert gateway.desk.rows("select * from internal.gateway_transactions") == []
