"""What the demo prints fits a terminal and says what it must."""

from dataclasses import asdict
from pathlib import Path

from include.reconciliation.demo import printing
from include.reconciliation.demo.compare import Comparison, Finding, compare
from include.reconciliation.demo.history import make_history
from include.reconciliation.demo.labels import Label

EXPONENTS = {"BRL": 2, "EUR": 2, "JPY": 0, "USD": 2}
LABELS = make_history(1).labels


def found_as(label: Label, number: int) -> Finding:
    facts = asdict(label)
    is_open = not facts.pop("is_cleared")
    event_id = facts.pop("event")
    del facts["fault"]
    return Finding(discrepancy_id=str(number), event_id=event_id, is_open=is_open, **facts)


def all_found() -> Comparison:
    return compare(LABELS, [found_as(label, number) for number, label in enumerate(LABELS)])


def test_no_line_is_wider_than_a_hundred_columns() -> None:
    for comparison in (all_found(), compare(LABELS, []), compare([], all_found_findings())):
        for line in printing.labels(comparison, 14, EXPONENTS):
            assert len(line) <= 100, line


def all_found_findings() -> list[Finding]:
    return [found_as(label, number) for number, label in enumerate(LABELS)]


def test_the_last_line_counts_what_was_planted_found_and_not_planted() -> None:
    lines = list(printing.labels(all_found(), 14, EXPONENTS))
    assert lines[-1] == (
        f"planted {len(LABELS)} (21 kinds)   found {len(LABELS)}   missed 0   "
        "reported but not planted 0   decoys left alone 14"
    )


def test_a_missed_fault_and_a_false_report_are_seen_at_once() -> None:
    label = next(label for label in LABELS if label.fault == "one_cent_more")
    wrong = compare([label], [found_as(LABELS[0], 1)])
    lines = list(printing.labels(wrong, 0, EXPONENTS))
    assert [line for line in lines if "MISSED" in line] == [
        "  one cent more                    NorthwindEU amount_mismatch               EUR"
        "       0.01  MISSED"
    ]
    assert [line for line in lines if "NOT PLANTED" in line] == [
        f"  NOT PLANTED  NorthwindEU missing_in_ledger EUR 184.90 exposure 184.90 "
        f"{LABELS[0].psp_reference} (open)"
    ]


def test_an_account_shows_verdict_amounts_and_kinds_in_major_units() -> None:
    row = {
        "psp": "stripe", "account": "default", "verdict": "reconciled_with_pending",
        "currency": "JPY", "matched_lines": 12, "pending_rows": 1, "pending_minor": -4980,
        "later_rows": 2, "residual_minor": 0,
    }
    kind = {
        "psp": "stripe", "account": "default", "currency": "JPY", "kind": "amount_mismatch",
        "discrepancies": 1, "delta_minor": -493020, "exposure_minor": 493020,
    }
    assert list(printing.positions([row], [kind], EXPONENTS)) == [
        "",
        "stripe" + "reconciled with pending".rjust(92),
        "  JPY   matched    12 lines   pending    1 rows       -4,980   later   2 rows   "
        "residual 0",
        "        amount_mismatch                1   delta     -493,020   exposure      493,020",
    ]


def test_a_folder_of_the_project_is_shown_as_seen_from_it(tmp_path: Path) -> None:
    assert printing.shown_path(tmp_path / "var" / "reports", tmp_path) == "var/reports"
    assert printing.shown_path(tmp_path, tmp_path / "elsewhere") == str(tmp_path.resolve())
