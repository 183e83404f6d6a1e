"""What a folder says of payouts proves itself: nobody changes a payout without being found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from include.reconciliation import config, legs, verify
from tests.scenarios.payouts.conftest import BANK, IBAN, PayoutDesk
from tests.scenarios.payouts.own_format import own_file, own_toml

Configured = Callable[[str], None]


def own_with_a_bank() -> str:
    """The desk's own format, whose payouts are followed to the bank."""
    psp, mark, formats = own_toml().partition("[[format]]")
    rule = f'[psp.payouts.bank]\naccount = "hausbank/{IBAN}"\nreference = "(po_[0-9]+)"\n'
    return psp + rule + BANK + mark + formats


def newest() -> Path:
    """The folder of the PSP's newest run."""
    made = config.reports_folder().rglob("adyen/**/manifest.json")
    return max(made, key=lambda path: path.stat().st_mtime_ns).parent


def test_the_verifier_lists_legs_as_the_proof_writes_them() -> None:
    assert verify.LEGS == legs.ORDER


def test_a_folder_with_discrepancies_on_both_payout_legs_holds(
    payout_desk: PayoutDesk, configured: Configured
) -> None:
    configured(own_with_a_bank())
    payout_desk.desk.deliver(
        own_file("1;sale;po_1;100.00;;2026-03-03", "2;payout;po_1;-95.00;;2026-03-03")
    )
    for day in ("2026-03-03", "2026-03-04", "2026-03-05"):
        payout_desk.bank_day(day)

    payout_desk.run("2026-03-06T12:00:00Z")

    assert [kind for kind, *_ in payout_desk.found()] == [
        "payout_missing_at_bank",
        "payout_unexplained",
    ]
    assert verify.verify(newest()) == ([], [])
