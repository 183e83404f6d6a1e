"""The truth about payouts that are SENT: a webhook that never came is made up for."""

from __future__ import annotations

from include.reconciliation.steps import payout_batches
from include.reconciliation.steps.payout_reconcile_pull import (
    payout_health_pulse,
    payout_reconcile_pull,
)
from tests.payouts.conftest import Desk
from tests.payouts.provider_server import says


def test_a_payout_that_the_provider_has_paid_is_told_to_the_application_once(desk: Desk) -> None:
    desk.book.payout("1", state="SENT", minutes=12, reference="po_key-1")
    desk.provider.has("key-1", "paid", 125_00)

    first, second = payout_reconcile_pull(), payout_reconcile_pull()

    told = ("pp-1", "key-1", "SUCCEEDED", "po_key-1", 125_00, "BRL", "reconcile_pull")
    assert [told] == desk.book.events()
    assert (1, 1) == (first["deliver"], second["deliver"])
    assert [
        ("succeeded", "deliver", "provider_has_it", "written"),
        ("succeeded", "deliver", "provider_has_it", "nothing_to_write"),
    ] == desk.decisions()
    assert [("pp-1", "SENT")] == desk.book.tasks()
    assert [] == desk.alerts()
    asked = {"idempotency_key": ["key-1"], "reference": ["po_key-1"]}
    assert [asked, asked] == desk.provider.asked
