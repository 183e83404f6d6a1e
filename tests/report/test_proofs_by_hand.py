"""Folders written by hand, line by line and sum by sum: verify says whether they hold."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from include.reconciliation.verify import READERS, SIDES, STEPS, TABLES, TERMS, WATERFALL, verify

Json = dict[str, Any]
REQUEST, RUN_BEFORE = "a" * 64, "b" * 64
NOTHING: Json = {
    "manifest_version": 2,
    "verdict": "reconciled",
    "predecessor": None,
    "opening": {"buckets": [], "totals": []},
    "inputs": {"refused_statements": []},
    **{name: [] for name in ("buckets", "totals", "rolls", "divergence", "kinds", "payouts")},
}
NO_COUNTS = dict.fromkeys(
    ("statement_lines", "ledger_transactions", "matched", "pending", "discrepancies"), 0
)


def compact(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def as_people_read(columns: dict[str, str], lines: Sequence[Json]) -> bytes:
    """The table of those lines: nothing is an empty cell."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(columns)
    for line in lines:
        values = [line.get(name) for name in columns.values()]
        table.writerow(
            "" if value is None else value if isinstance(value, str) else json.dumps(value)
            for value in values
        )
    return text.getvalue().encode()


def a_folder(path: Path, lines: dict[str, Sequence[Json]], **manifest: Any) -> Path:
    """A folder with those lines; of the manifest only what is not empty or 0 is given."""
    path.mkdir(exist_ok=True)
    contents = dict.fromkeys(READERS, b"")
    contents |= {name: b"".join(compact(x) + b"\n" for x in of) for name, of in lines.items()}
    for table, columns in TABLES.items():
        contents[f"{table}.csv"] = as_people_read(columns, lines.get(f"{table}.ndjson", ()))
    for name, content in contents.items():
        (path / name).write_bytes(content)
    files = [
        {
            "name": name,
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
            "lines": content.count(b"\n"),
        }
        for name, content in contents.items()
    ]
    counts = NO_COUNTS | manifest.pop("counts", {})
    rest = NOTHING | {"run_id": "by hand", "files": files, "counts": counts} | manifest
    seal(path, rest)
    return path


def seal(path: Path, manifest: Json) -> None:
    """Writes the manifest with the hash of what it says."""
    sealed = manifest | {"seal_sha256": hashlib.sha256(compact(manifest)).hexdigest()}
    (path / "manifest.json").write_bytes(compact(sealed) + b"\n")


def a_bucket(leg: str, side: str, **rows: int) -> Json:
    names = ("in_force", "matched", "pending", "discrepancy", "not_expected")
    return {"leg": leg, "side": side} | {f"{name}_rows": rows.get(name, 0) for name in names}


def a_total(leg: str, currency: str, **minor: int) -> Json:
    names = ("statement", "ledger", *TERMS, "residual")
    figures = {f"{name}_minor": minor.get(name, 0) for name in names}
    return {"leg": leg, "currency": currency, "measure": "gross"} | figures


def a_roll(leg: str, side: str, currency: str, **steps: tuple[int, int]) -> Json:
    """Of each step how many rows and how much."""
    found: Json = {"leg": leg, "side": side, "currency": currency}
    for step in STEPS:
        found[f"{step}_rows"], found[f"{step}_minor"] = steps.get(step, (0, 0))
    return found


def a_payout(state: str, basis: str = "statement", **minor: int) -> Json:
    """Payout po_1 in EUR, by the steps of its waterfall."""
    names = (*WATERFALL, "carried_out", "unexplained")
    figures = {f"{name}_minor": minor.get(name, 0) for name in names}
    return {"batch": "po_1", "currency": "EUR", "state": state, "basis": basis} | figures


def in_all(payout: Json) -> Json:
    """The manifest's sums where that payout is the only one."""
    figures = {name: minor for name, minor in payout.items() if name.endswith("_minor")}
    return {"currency": "EUR", "batches": 1} | figures


def a_row(side: str, minor: int, *, counted: bool = True) -> Json:
    """What the lines of po_1 come to, or what was paid of it, as a row of its leg."""
    key = ["Shop", "po_1 EUR", 1] if side == "statement" else ["po_1 EUR"]
    row = {"side": side, "key": key, "currency": "EUR", "minor": minor}
    return row | {"was": "new", "counted": counted}


def test_what_is_absorbed_of_a_match_of_two_currencies_is_told_in_the_one_that_differs(
    tmp_path: Path,
) -> None:
    """EUR 1.02 and USD 0.50 for EUR 1.00 and USD 0.50."""
    leg = "ledger_statement"
    match = {
        "leg": leg, "rule": "event_reference", "proved": True, "absorbed_minor": 2,
        "statement": [[["b", "l1", 1], "EUR", 102, "new"], [["b", "l2", 1], "USD", 50, "new"]],
        "ledger": [[["L1"], "EUR", 100, "new"], [["L2"], "USD", 50, "new"]],
    }  # fmt: skip
    rolls = [
        a_roll(leg, side, currency, new=(1, minor), cleared=(1, minor))
        for side, currency, minor in (
            *(("statement", "EUR", 102), ("statement", "USD", 50)),
            *(("ledger", "EUR", 100), ("ledger", "USD", 50)),
        )
    ]
    euros = {"statement": 102, "ledger": 100, "tolerance": 2}
    dollars = {"statement": 50, "ledger": 50}

    def verified(*totals: Json) -> list[str]:
        folder = a_folder(
            tmp_path / "run",
            {"matches.ndjson": [match]},
            buckets=[a_bucket(leg, side, in_force=2, matched=2) for side in SIDES],
            totals=totals,
            rolls=rolls,
            counts={"statement_lines": 2, "ledger_transactions": 2, "matched": 1},
        )
        return verify(folder)[0]

    assert verified(a_total(leg, "EUR", **euros), a_total(leg, "USD", **dollars)) == []
    assert verified(a_total(leg, "EUR", **euros), a_total(leg, "USD", **dollars, tolerance=2)) == [
        "ledger_statement, gross in USD, tolerance: the rows come to 0, the manifest says 2"
    ]


def an_unexplained_payout(folder: Path, *, counted: bool) -> Path:
    """Lines of EUR 100.00, of which EUR 95.00 were paid out; no discrepancy tells it."""
    leg = "statement_payout"
    payout = a_payout("unexplained", captures=10000, payout=-9500, unexplained=500)
    rows = [a_row("statement", 10000, counted=counted), a_row("ledger", 9500, counted=counted)]
    waits = {"leg": leg, "reason": "after_the_window", "due_on": None, "due_at": None}
    figures: Json = {}
    if counted:
        both = {"statement": 10000, "ledger": 9500}
        waiting = {"pending_statement": 10000, "pending_ledger": 9500}
        figures["totals"] = [a_total(leg, "EUR", **both, **waiting)]
        figures["rolls"] = [
            a_roll(leg, side, "EUR", new=(1, minor), closing=(1, minor))
            for side, minor in both.items()
        ]
    a_folder(
        folder,
        {"payouts.ndjson": [payout], "pending.ndjson": [waits | row for row in rows]},
        buckets=[a_bucket(leg, side, in_force=1, pending=1) for side in SIDES],
        payouts=[in_all(payout)],
        **figures,
    )
    return folder


def test_a_payout_dated_after_the_cut_off_may_be_unexplained_without_a_discrepancy(
    tmp_path: Path,
) -> None:
    later = an_unexplained_payout(tmp_path / "later", counted=False)
    earlier = an_unexplained_payout(tmp_path / "earlier", counted=True)

    assert verify(later)[0] == []
    assert verify(earlier)[0] == [
        "payouts.ndjson: EUR: 500 unexplained, discrepancies say 0",
    ]


def test_a_correction_not_posted_yet_explains_its_part_of_a_payout(tmp_path: Path) -> None:
    """Of EUR 5.00 that are unexplained EUR 2.00 are corrected, and EUR 3.00 a discrepancy."""
    leg = "statement_payout"
    payout = a_payout("unexplained", captures=10000, payout=-9500, unexplained=500)
    discrepancy = {
        "discrepancy_id": "D1", "event_id": "po_1", "leg": leg, "shown_under": leg,
        "aspect": "amount", "kind": "payout_unexplained", "change": "new", "status": "open",
        "currency": "EUR", "statement_minor": 10000, "ledger_minor": 9500, "delta_minor": 300,
        "exposure_minor": 300, "corrections": [[REQUEST, "EUR", 200]],
        "rows": [a_row("statement", 10000), a_row("ledger", 9500)],
    }  # fmt: skip
    terms = {"statement": 10000, "ledger": 9500, "amount": 300, "corrections": 200}
    kind = {"kind": "payout_unexplained", "currency": "EUR", "closing_rows": 1, "new_rows": 1}
    sums = {"closing_exposure_minor": 300, "closing_delta_minor": 300}
    folder = a_folder(
        tmp_path / "run",
        {"payouts.ndjson": [payout], "discrepancies.ndjson": [discrepancy]},
        verdict="discrepancies",
        buckets=[a_bucket(leg, x, in_force=1, discrepancy=1) for x in SIDES],
        totals=[a_total(leg, "EUR", **terms)],
        rolls=[
            a_roll(leg, side, "EUR", new=(1, minor), closing=(1, minor))
            for side, minor in (("statement", 10000), ("ledger", 9500))
        ],
        counts={"discrepancies": 1},
        divergence=[{"currency": "EUR", "events": 1, "exposure_minor": 300, "apart_minor": 0}],
        kinds=[kind | sums | {"reopened_rows": 0, "resolved_rows": 0}],
        payouts=[in_all(payout)],
    )

    assert verify(folder)[0] == []


def test_where_no_payout_is_told_the_lines_of_the_batch_are_what_its_waterfall_comes_to(
    tmp_path: Path,
) -> None:
    leg = "statement_payout"
    row = {name: minor for name, minor in a_row("statement", 10000).items() if name != "counted"}

    def verified(lines_minor: int) -> list[str]:
        payout = a_payout(
            "sum_of_lines", "sum_of_lines", captures=lines_minor, payout=-lines_minor
        ) | {"payouts": 0}
        folder = a_folder(
            tmp_path / "run",
            {
                "payouts.ndjson": [payout],
                "not_expected.ndjson": [row | {"leg": leg, "rule": "sum_of_lines"}],
            },
            buckets=[a_bucket(leg, "statement", in_force=1, not_expected=1)],
            totals=[a_total(leg, "EUR", statement=10000, not_expected_statement=10000)],
            payouts=[in_all(payout)],
        )
        return verify(folder)[0]

    assert verified(10000) == []
    assert verified(9000) == [
        "payouts.ndjson: po_1 EUR: its line says 9000 of its lines and 0 paid, the rows of "
        "statement_payout 10000 and 0"
    ]


def after_a_run_with_one_open_ledger_row(folder: Path, lines: Json, **manifest: Any) -> Path:
    """The run before ended with the ledger's EUR 7.00 pending; this one has those lines."""
    leg = "ledger_statement"
    return a_folder(
        folder,
        lines,
        predecessor={"run_id": RUN_BEFORE, "manifest_sha256": None},
        opening={
            "buckets": [a_bucket(leg, "ledger", in_force=1, pending=1)],
            "totals": [a_total(leg, "EUR", ledger=700, pending_ledger=700)],
        },
        **manifest,
    )


EARLIER_VERSION = {
    "leg": "ledger_statement", "side": "ledger", "key": ["L1"], "currency": "EUR", "minor": 700,
    "was": "open",
}  # fmt: skip
NOT_HERE = f"chain: not checked: the previous folder {RUN_BEFORE} is not here"


def test_a_ledger_row_that_is_gone_leaves_the_rows_in_force_and_what_is_open(
    tmp_path: Path,
) -> None:
    leg = "ledger_statement"
    folder = after_a_run_with_one_open_ledger_row(
        tmp_path / "run",
        {"withdrawn.ndjson": [EARLIER_VERSION | {"change": "withdrawn"}]},
        buckets=[a_bucket(leg, "ledger")],
        totals=[a_total(leg, "EUR")],
        rolls=[a_roll(leg, "ledger", "EUR", opening=(1, 700), restated=(-1, -700))],
    )

    assert verify(folder) == ([], [NOT_HERE])


def test_an_open_ledger_row_of_another_amount_is_restated_and_not_reopened(
    tmp_path: Path,
) -> None:
    """EUR 7.00 became EUR 6.50: the roll-forward takes the one away and puts the other there."""
    leg = "ledger_statement"
    row = EARLIER_VERSION | {"minor": 650, "was": "changed", "counted": True}
    folder = after_a_run_with_one_open_ledger_row(
        tmp_path / "run",
        {
            "withdrawn.ndjson": [EARLIER_VERSION | {"change": "changed"}],
            "pending.ndjson": [row | {"reason": "not_due", "due_on": None, "due_at": None}],
        },
        verdict="reconciled_with_pending",
        buckets=[a_bucket(leg, "ledger", in_force=1, pending=1)],
        totals=[a_total(leg, "EUR", ledger=650, pending_ledger=650)],
        rolls=[a_roll(leg, "ledger", "EUR", opening=(1, 700), restated=(0, -50), closing=(1, 650))],
        counts={"ledger_transactions": 1, "pending": 1},
    )

    assert verify(folder) == ([], [NOT_HERE])


def test_a_ledger_row_that_no_statement_need_have_explains_its_whole_amount(
    tmp_path: Path,
) -> None:
    """Nothing on the statement less EUR 7.00 of the ledger is less the EUR 7.00 not expected."""
    leg = "gateway_ledger"
    row = {"leg": leg, "side": "ledger", "key": ["L1"], "currency": "EUR", "minor": 700}
    folder = a_folder(
        tmp_path / "run",
        {"not_expected.ndjson": [row | {"was": "new", "rule": "not_by_the_gateway"}]},
        buckets=[a_bucket(leg, "ledger", in_force=1, not_expected=1)],
        totals=[a_total(leg, "EUR", ledger=700, not_expected_ledger=700)],
        rolls=[a_roll(leg, "ledger", "EUR", new=(1, 700), cleared=(1, 700))],
    )

    assert verify(folder) == ([], [])


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_people_read_is_not_left_out_though_all_hashes_fit(
    tmp_path: Path, table: str
) -> None:
    folder = a_folder(tmp_path / "whole", {})
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert ([], []) == verify(folder)

    (folder / f"{table}.csv").unlink()
    del manifest["seal_sha256"]
    files = [file for file in manifest["files"] if file["name"] != f"{table}.csv"]
    seal(folder, manifest | {"files": files})

    assert ([f"manifest.json: it does not list {table}.csv"], []) == verify(folder)
