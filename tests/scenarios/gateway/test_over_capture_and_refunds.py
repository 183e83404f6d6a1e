"""What intents must hold: takings within the authorisation, refunds within the captures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from include.reconciliation import config
from include.reconciliation.errors import ConfigurationError
from tests.scenarios.conftest import a_line
from tests.scenarios.gateway.conftest import GatewayDesk

FIFTEEN_PERCENT = '[psp.gateway.over_capture]\nEUR = { percent = "15" }\n'
THURSDAY = ("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")


def captured_above(
    gateway: GatewayDesk, *amounts_minor: int, authorised_minor: int = 10000
) -> None:
    """An intent with so many captures, each in the ledger and on the statement."""
    gateway.intent(amount_minor=authorised_minor)
    for number, amount_minor in enumerate(amounts_minor, 1):
        gateway.transaction("capture", amount_minor, event=f"C{number}")
        gateway.desk.ledger(f"L{number}", amount_minor, event=f"C{number}")
    gateway.desk.batch(
        1,
        *(
            a_line(event=f"C{number}", amount=f"{amount_minor / 100:.2f}")
            for number, amount_minor in enumerate(amounts_minor, 1)
        ),
    )


def used(gateway: GatewayDesk) -> list[tuple[str, str, int]]:
    """(leg, rule, amount) of what tolerances let pass in matches in force."""
    return [
        (row["leg"], row["rule"], row["absorbed_minor"])
        for row in gateway.desk.rows(
            "select * from reconciliation.absorbed_differences where is_in_force order by leg"
        )
    ]


@pytest.mark.parametrize("amounts_minor", [(11500,), (10000, 1500), (4000, 7500)])
def test_captures_within_the_declared_over_capture_are_fine_and_what_was_used_is_told(
    gateway: GatewayDesk, declare: Callable[[str], None], amounts_minor: tuple[int, ...]
) -> None:
    declare(FIFTEEN_PERCENT)
    captured_above(gateway, *amounts_minor)
    run = gateway.desk.run()

    assert (run["verdict"], gateway.findings()) == ("reconciled", [])
    assert used(gateway) == [("authorisation", "declared_over_capture", 1500)]
    assert gateway.terms("authorisation") == (11500, 10000, 0, 0, 0, 0, 0)
    assert [{"tolerance_minor": 1500}] == gateway.desk.rows(
        "select tolerance_minor from reconciliation.run_totals where leg = 'authorisation'"
    )


def test_the_version_of_a_match_by_over_capture_names_what_was_declared(
    gateway: GatewayDesk, declare: Callable[[str], None]
) -> None:
    declare(FIFTEEN_PERCENT)
    captured_above(gateway, 11500)
    gateway.desk.run()

    assert gateway.desk.rows(
        "select rule, rule_version from reconciliation.matches where leg = 'authorisation'"
    ) == [{"rule": "declared_over_capture", "rule_version": "1: EUR at most 15 %"}]


def test_one_minor_unit_above_the_declared_over_capture_is_all_of_the_excess(
    gateway: GatewayDesk, declare: Callable[[str], None]
) -> None:
    declare(FIFTEEN_PERCENT)
    captured_above(gateway, 11501)
    gateway.desk.run()

    assert gateway.findings() == [
        ("authorisation", "capture_exceeds_authorisation", 1501, "authorisation")
    ]
    assert used(gateway) == []


def test_of_an_absolute_over_capture_and_a_share_the_smaller_holds(
    gateway: GatewayDesk, declare: Callable[[str], None]
) -> None:
    declare('[psp.gateway.over_capture]\nEUR = { minor = 500, percent = "15" }\n')
    captured_above(gateway, 10501)
    gateway.desk.run()
    too_much = [row[1:3] for row in gateway.findings()]
    gateway.transaction("capture", 10500, event="C1")
    gateway.desk.ledger("L1", 10500)
    gateway.desk.batch(1, a_line(amount="105.00"))
    gateway.desk.run(*THURSDAY)

    assert too_much == [("capture_exceeds_authorisation", 501)]
    assert used(gateway) == [("authorisation", "declared_over_capture", 500)]


def test_what_was_void_beside_too_many_captures_is_no_over_capture(
    gateway: GatewayDesk, declare: Callable[[str], None]
) -> None:
    declare(FIFTEEN_PERCENT)
    captured_above(gateway, 6000)
    gateway.transaction("void", 5000)
    gateway.desk.run()

    assert gateway.findings() == [
        ("authorisation", "capture_exceeds_authorisation", 1000, "authorisation")
    ]


def test_an_over_capture_that_is_no_longer_declared_is_a_discrepancy_when_decided_again(
    gateway: GatewayDesk, declare: Callable[[str], None]
) -> None:
    declare(FIFTEEN_PERCENT)
    captured_above(gateway, 11000)
    gateway.desk.run()
    declare("[psp.gateway]\n")
    gateway.desk.run("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z")

    assert [row[1:3] for row in gateway.findings()] == [("capture_exceeds_authorisation", 1000)]


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ("GBP = { minor = 500 }", "is no currency of this entry's limits"),
        ("EUR = { }", "needs 'minor', 'percent', or both"),
        ("EUR = { minor = 0 }", "whole number of minor units"),
        ('EUR = { percent = "100" }', "more than 0 and less than 100"),
    ],
)
def test_an_over_capture_without_criteria_is_refused_at_load(
    declare: Callable[[str], None], table: str, complaint: str
) -> None:
    declare(f"[psp.gateway.over_capture]\n{table}\n")

    with pytest.raises(ConfigurationError, match=complaint) as refused:
        config.load()
    assert "gateway.over_capture" in str(refused.value)


def refunded(gateway: GatewayDesk, *amounts_minor: int) -> None:
    """A payment of 100.00 with so many refunds, each in all three books."""
    gateway.captured()
    gateway.desk.ledger("L1", 10000)
    lines = [a_line()]
    for number, amount_minor in enumerate(amounts_minor, 1):
        gateway.transaction("refund", amount_minor, event=f"R{number}")
        gateway.desk.ledger(f"R{number}", -amount_minor, type="refund", event=f"R{number}")
        lines.append(
            a_line(type="Refunded", event=f"R{number}", amount=f"{-amount_minor / 100:.2f}")
        )
    gateway.desk.batch(1, *lines)


def told(gateway: GatewayDesk) -> list[tuple[str, str, int, int, str]]:
    """(leg, kind, delta, exposure, explanation) of what is open at the head."""
    return [
        (
            row["leg"],
            row["kind"],
            row["delta_minor"],
            row["exposure_minor"],
            row["explanation"],
        )
        for row in gateway.desk.rows(
            "select * from reconciliation.discrepancies where change <> 'resolved' order by leg"
        )
    ]


def test_refunds_up_to_what_was_captured_are_fine(gateway: GatewayDesk) -> None:
    refunded(gateway, 6000, 4000)
    run = gateway.desk.run()

    assert (run["verdict"], gateway.findings()) == ("reconciled", [])


@pytest.mark.parametrize("amounts_minor", [(13000,), (6000, 7000)])
def test_refunds_above_what_was_captured_are_a_refund_mismatch_though_all_books_agree(
    gateway: GatewayDesk, amounts_minor: tuple[int, ...]
) -> None:
    refunded(gateway, *amounts_minor)
    run = gateway.desk.run()

    assert told(gateway) == [
        (
            "gateway_ledger",
            "refund_mismatch",
            0,
            3000,
            "refunds of 130.00 EUR are more than what was captured, 100.00 EUR",
        )
    ]
    assert (run["verdict"], run["discrepancies"]) == ("discrepancies", 1)
    assert gateway.buckets()["gateway_ledger", "ledger"] == (
        len(amounts_minor) + 1,
        len(amounts_minor) + 1,
        0,
        0,
        0,
    )


def test_refunds_that_go_above_in_a_later_run_are_told_and_persist_until_one_is_gone(
    gateway: GatewayDesk,
) -> None:
    refunded(gateway, 6000)
    first = gateway.desk.run()
    gateway.transaction("refund", 7000, event="R2")
    gateway.desk.ledger("R2", -7000, type="refund", event="R2")
    gateway.desk.batch(2, a_line(type="Refunded", event="R2", amount="-70.00"))
    gateway.desk.run(*THURSDAY)
    second = gateway.desk.changes()
    gateway.desk.run("2026-03-06T00:00:00Z", "2026-03-06T06:00:00Z")
    third = gateway.desk.changes()
    gateway.transaction("refund", 4000, event="R2")
    gateway.desk.run("2026-03-06T06:00:00Z", "2026-03-06T07:00:00Z")

    assert first["verdict"] == "reconciled"
    assert second == [("refund_mismatch", "new", 1)]
    assert third == [("refund_mismatch", "persisting", 1)]
    assert ("gateway_ledger", "refund_mismatch", 3000) in [row[:3] for row in gateway.findings()]


def test_a_refund_of_another_amount_that_is_also_too_much_is_one_finding(
    gateway: GatewayDesk,
) -> None:
    refunded(gateway, 13000)
    gateway.desk.ledger("R1", -12500, type="refund", event="R1")
    gateway.desk.run()

    assert told(gateway)[0] == (
        "gateway_ledger",
        "refund_mismatch",
        -500,
        3000,
        "gateway -130.00 EUR, ledger -125.00 EUR: gateway below ledger by 5.00 EUR;"
        " refunds of 130.00 EUR are more than what was captured, 100.00 EUR",
    )


def test_chargebacks_count_to_no_refund(
    gateway: GatewayDesk, declare: Callable[[str], None]
) -> None:
    declare("[psp.gateway]\nknows_disputes = true\n")
    refunded(gateway, 4000)
    gateway.transaction("chargeback", 10000, event="D1")
    gateway.desk.ledger("D1", -10000, type="chargeback", event="D1")
    gateway.desk.batch(2, a_line(type="Chargeback", event="D1", amount="-100.00"))
    gateway.desk.run()

    assert gateway.findings() == []


def test_a_refund_of_what_was_only_authorised_is_above_what_was_captured(
    gateway: GatewayDesk,
) -> None:
    gateway.intent()
    gateway.transaction("refund", 2000, event="R1")
    gateway.desk.ledger("R1", -2000, type="refund", event="R1")
    gateway.desk.batch(1, a_line(type="Refunded", event="R1", amount="-20.00"))
    gateway.desk.run()

    assert [row[:4] for row in told(gateway)] == [("gateway_ledger", "refund_mismatch", 0, 2000)]


def test_of_a_payment_older_than_the_gateways_books_nothing_is_said(gateway: GatewayDesk) -> None:
    gateway.captured("P2", "C2")
    gateway.session.execute("delete from public.payment_transactions")
    gateway.transaction("refund", 2000, "P2", event="R1")
    gateway.desk.ledger("R1", -2000, type="refund", payment="P2", event="R1")
    gateway.desk.batch(1, a_line(type="Refunded", payment="P2", event="R1", amount="-20.00"))
    run = gateway.desk.run()

    assert (run["verdict"], gateway.findings()) == ("reconciled", [])
