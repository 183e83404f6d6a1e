"""A webhook that did not come: the gateway captured a payment that the ledger never heard of."""

from typing import Any

import pytest

from tests.scenarios.conftest import a_line
from tests.scenarios.gateway.conftest import GatewayDesk


def causes(gateway: GatewayDesk, *, claimed: bool) -> list[tuple[Any, ...]]:
    """(cause, kind, delta, correction, entry) of what holds at the head."""
    return [
        (row["cause"], row["kind"], row["delta_minor"], row["correction"], row["correction_minor"])
        for row in gateway.desk.rows(
            "select * from reconciliation.cause_members where is_head and is_claimed = %s", claimed
        )
    ]


def test_a_settled_payment_that_the_gateway_captured_is_a_missing_webhook(
    gateway: GatewayDesk,
) -> None:
    gateway.captured("P1", "C1", 10000)
    gateway.desk.batch(1, a_line())

    gateway.desk.run()

    assert [
        ("webhook_missing", "missing_in_ledger", 10000, "compensating_entry", 10000)
    ] == causes(gateway, claimed=True)
    [row] = gateway.desk.rows("select evidence from reconciliation.cause_members where is_head")
    # It is the gateway that proves it: no pattern of own references is configured.
    assert {
        "amount_minor": 10000,
        "gateway_minor": 10000,
        "merchant_reference": "order-P1",
        "own_reference": None,
    } == row["evidence"]


@pytest.mark.parametrize("captured_minor", [9999, 10001])
def test_a_capture_a_cent_beside_the_settled_amount_is_none(
    gateway: GatewayDesk, captured_minor: int
) -> None:
    gateway.captured("P1", "C1", captured_minor)
    gateway.desk.batch(1, a_line())

    gateway.desk.run()

    assert ([], []) == (causes(gateway, claimed=True), causes(gateway, claimed=False))


def test_a_settled_payment_that_the_gateway_does_not_know_is_none(gateway: GatewayDesk) -> None:
    gateway.captured("P2", "C2", 10000)
    gateway.desk.batch(1, a_line())

    gateway.desk.run()

    assert [] == causes(gateway, claimed=True)
