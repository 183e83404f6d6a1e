"""What a folder says of payouts proves itself: nobody changes a payout without being found."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from include.reconciliation import legs, verify
from tests.scenarios.payouts.conftest import BANK, IBAN, PayoutDesk, newest_folder
from tests.scenarios.payouts.own_format import own_file, own_toml
from tests.scenarios.test_proof_folders import lines_of, reseal, seal, told, write

Configured = Callable[[str], None]


def own_with_a_bank() -> str:
    """The desk's own format, whose payouts are followed to the bank."""
    psp, mark, formats = own_toml().partition("[[format]]")
    rule = f'[psp.payouts.bank]\naccount = "hausbank/{IBAN}"\nreference = "(po_[0-9]+)"\n'
    return psp + rule + BANK + mark + formats


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
    assert verify.verify(newest_folder()) == ([], [])


def a_month(desk: PayoutDesk) -> Path:
    """A folder with an explained, an unexplained, a failed and an unpaid payout; it holds."""
    desk.desk.deliver(
        own_file(
            "1;sale;po_1;100.00;1.00;2026-03-03",
            "2;payout;po_1;-99.00;;2026-03-03",
            "3;sale;po_2;50.00;;2026-03-03",
            "4;payout;po_2;-47.50;;2026-03-03",
            "5;sale;po_3;30.00;;2026-03-03",
            "6;payout;po_3;-30.00;;2026-03-03",
            "7;payout;po_3;30.00;;2026-03-04",
            "8;sale;;9.00;;2026-03-04",
        )
    )
    desk.desk.run()
    folder = newest_folder()
    assert verify.verify(folder) == ([], [])
    return folder


@pytest.mark.parametrize(
    ("batch", "changes"),
    [
        ("po_1", {"captures_minor": 1000, "payout_minor": -1000}),
        ("po_2", {"captures_minor": 1000, "payout_minor": -1000}),
        ("po_1", {"captures_minor": -9900, "payout_minor": 9900, "state": "nothing_to_pay"}),
        ("", {"state": "explained"}),
        ("", {"state": "nothing_to_pay"}),
        ("", {"state": "failed"}),
        ("", {"basis": "running_balance", "state": "running_balance"}),
        ("po_3", {"state": "not_paid_out"}),
        ("po_3", {"state": "explained"}),
        ("po_3", {"payout_minor": -3000, "carried_out_minor": -3000, "state": "explained"}),
    ],
)
def test_a_payout_that_says_other_than_its_rows_is_found_though_all_hashes_fit(
    own: PayoutDesk, batch: str, changes: dict[str, Any]
) -> None:
    folder = a_month(own)
    lines = lines_of(folder, "payouts.ndjson")
    [line] = [each for each in lines if each["batch"] == batch]
    for name, change in changes.items():
        line[name] = line[name] + change if isinstance(change, int) else change
    write(folder, "payouts.ndjson", lines)
    add_up(folder, lines)

    assert "payout" in told(folder), told(folder)


def test_a_payout_without_its_line_is_found_though_all_hashes_fit(own: PayoutDesk) -> None:
    folder = a_month(own)
    lines = [each for each in lines_of(folder, "payouts.ndjson") if each["batch"] != "po_1"]
    write(folder, "payouts.ndjson", lines)
    add_up(folder, lines)

    assert told(folder) == "payouts.ndjson: po_1 EUR has rows, and no line"


def test_a_line_of_a_payout_that_has_no_rows_is_found(own: PayoutDesk) -> None:
    folder = a_month(own)
    lines = lines_of(folder, "payouts.ndjson")
    write(folder, "payouts.ndjson", [*lines, lines[1] | {"batch": "po_9"}])
    add_up(folder, [*lines, lines[1] | {"batch": "po_9"}])

    assert told(folder).startswith("payouts.ndjson: po_9 EUR: its line says 9900")


def test_the_file_of_payouts_is_not_left_out_though_all_hashes_fit(own: PayoutDesk) -> None:
    folder = a_month(own)
    (folder / "payouts.ndjson").unlink()
    manifest = json.loads((folder / "manifest.json").read_bytes())
    files = [file for file in manifest["files"] if file["name"] != "payouts.ndjson"]
    seal(folder, manifest | {"files": files, "payouts": []})

    assert told(folder) == "manifest.json: it does not list payouts.ndjson"


def add_up(folder: Path, lines: list[dict[str, Any]]) -> None:
    """Makes the manifest's sums of payouts fit, and its seal."""
    [row] = json.loads((folder / "manifest.json").read_bytes())["payouts"]
    sums = {name: sum(line[name] for line in lines) for name in row if name.endswith("_minor")}
    reseal(folder, payouts=[row | sums | {"batches": len(lines)}])
