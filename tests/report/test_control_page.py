"""The page that finance signs: every figure on it is told by rows that a reader can check."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from include.reconciliation.report.header_blocks import VERDICTS
from include.reconciliation.steps.write_discrepancy_report import write_discrepancy_report


@pytest.fixture
def page_of(cells_of):
    """The control page of a run as rows of texts, empty cells left out."""

    def read(run: Any) -> list[list[Any]]:
        attempt_id = run.attempt_id or run.write()
        folder = write_discrepancy_report(attempt_id)
        rows = cells_of(Path(folder) / "discrepancies.xlsx", "Control")
        return [[cell for cell in row if cell not in (None, "")] for row in rows]

    return read


def verdict_of(page: list[list[Any]]) -> list[list[Any]]:
    """The rows of the verdict: those before the next heading, without empty ones."""
    words = [word for word, _ in VERDICTS.values()]
    start = next(number for number, row in enumerate(page) if row and row[0] in words)
    return page[start : page.index([], start)]


def rows_after(page: list[list[Any]], heading: str) -> list[list[Any]]:
    """The rows of one section, from its head to the empty row before the next heading."""
    start = page.index([heading]) + 1
    end = next(
        (
            number
            for number in range(start, len(page))
            if not page[number] and (number + 1 == len(page) or len(page[number + 1]) == 1)
        ),
        len(page),
    )
    return [row for row in page[start:end] if row]


def test_the_page_begins_with_what_when_and_the_verdict_in_one_word(
    an_ordinary_run, page_of
) -> None:
    an_ordinary_run.header.update(
        verdict="incomplete",
        verdict_reasons=["batch 6 is missing", "batch 8 was refused"],
        covered_until=datetime(2026, 11, 18, tzinfo=UTC),
    )

    page = page_of(an_ordinary_run)

    assert ["Reconciliation of Adyen, account NorthwindEU"] == page[0]
    assert ["2026-11-19 10:00:00 UTC  to  2026-11-19 11:00:00 UTC (exclusive)"] == page[1]
    assert [["INCOMPLETE", "batch 6 is missing"], ["batch 8 was refused"]] == verdict_of(page)
    run_id = an_ordinary_run.run_id
    assert ["Currencies", "EUR", "Run", run_id] in page
    cut_off = ["Cut-off (as of)", "2026-11-19 11:00:00 UTC"]
    assert [*cut_off, "Predecessor", "none: the first run"] in page
    assert ["in Europe/Amsterdam", "2026-11-19 12:00:00 (+0100)"] in [row[:2] for row in page]
    ledger = ["2026-11-19 11:00:00 UTC", "2026-11-19 11:00:00 (+0000)", "UTC"]
    assert ["Ledger", *ledger] in page
    statements = ["2026-11-18 00:00:00 UTC", "2026-11-18 01:00:00 (+0100)", "Europe/Amsterdam"]
    assert ["Statements of Adyen", *statements] in page
    covered = next(row for row in page if row[:1] == ["Statements cover up to"])
    assert "2026-11-18 00:00:00 UTC" == covered[1]


@pytest.mark.parametrize("verdict", VERDICTS)
def test_each_verdict_has_a_word_and_a_sentence(an_ordinary_run, page_of, verdict: str) -> None:
    an_ordinary_run.header["verdict"] = verdict

    assert [list(VERDICTS[verdict])] == verdict_of(page_of(an_ordinary_run))


def test_a_dry_run_says_that_nothing_was_published(an_ordinary_run, page_of) -> None:
    an_ordinary_run.header.update(dry_run=True, is_published=False)

    said = verdict_of(page_of(an_ordinary_run))
    assert ["This was a dry run: nothing of it was published."] == said[-1]


def test_a_run_whose_identity_failed_says_that_it_is_not_published(
    an_ordinary_run, page_of
) -> None:
    an_ordinary_run.totals[0].update(amount_minor=40, residual_minor=5)
    an_ordinary_run.header.update(
        verdict="incomplete", verdict_reasons=["EUR leaves 0.05"], is_published=False
    )

    page = page_of(an_ordinary_run)

    stands = "This run is not published: the account still stands where it stood before."
    assert [stands] == verdict_of(page)[-1]
    assert ["Residual (must be 0)", "0.05"] in page


def test_the_proof_runs_from_the_two_sides_to_a_residual_of_nothing(
    an_ordinary_run, page_of
) -> None:
    page = page_of(an_ordinary_run)

    proof = rows_after(page, "Proof")
    assert [
        ["ledger_statement: gross, in the currency of the payment", "EUR"],
        ["Statement rows in force", "1,000.45"],
        ["Less ledger rows that move money", "-1,050.00"],
        ["= Difference to explain", "-49.55"],
        ["Discrepancies: one side lacks the event", "0.00"],
        ["Discrepancies: settled or booked twice", "0.00"],
        ["Discrepancies: another amount", "0.45"],
        ["Discrepancies: another fee or tax", "0.00"],
        ["Discrepancies: another currency", "0.00"],
        ["Discrepancies: another state", "0.00"],
        ["Pending on the statement", "0.00"],
        ["Less pending in the ledger", "-50.00"],
        ["Absorbed by tolerance", "0.00"],
        ["On the statement, not expected in the ledger", "0.00"],
        ["Less in the ledger, not expected on the statement", "0.00"],
        ["Corrections not yet in the ledger", "0.00"],
        ["Matched, the statement gives no comparable amount", "0.00"],
        ["= Explained", "-49.55"],
        ["Residual (must be 0)", "0.00"],
    ] == proof[1:]


def test_a_residual_that_the_run_recorded_wrongly_is_shown_beside_the_true_one(
    an_ordinary_run, page_of
) -> None:
    an_ordinary_run.totals[0]["amount_minor"] = 40

    page = page_of(an_ordinary_run)

    assert ["Residual (must be 0)", "0.05"] in page
    assert ["Residual as the run recorded it", "0.00"] in page


def test_currencies_stand_side_by_side_and_measures_below_each_other(
    an_ordinary_run, page_of
) -> None:
    total = an_ordinary_run.totals[0]
    for currency in ("BRL", "GBP", "JPY", "MXN", "USD"):
        an_ordinary_run.totals.append({**total, "currency": currency})
    an_ordinary_run.totals.append(
        {
            **total, "measure": "fee", "statement_minor": 512, "ledger_minor": 500,
            "amount_minor": 0, "pending_ledger_minor": 0, "fee_minor": 12,
        }
    )  # fmt: skip

    page = page_of(an_ordinary_run)

    gross = "ledger_statement: gross, in the currency of the payment"
    heads = [row for row in page if row and str(row[0]).startswith("ledger_statement: ")]
    assert [
        [gross, "BRL", "EUR", "GBP", "JPY", "MXN"],
        [gross, "USD"],
        ["ledger_statement: fees, in the currency of settlement", "EUR"],
    ] == heads[:3]
    fees = page.index(heads[2])
    assert ["Discrepancies: another fee or tax", "0.12"] == page[fees + 4]
    assert ["Residual (must be 0)", "0.00"] == page[fees + 7]


def test_the_roll_forward_shows_rows_and_money_of_both_sides(an_ordinary_run, page_of) -> None:
    rolled = rows_after(page_of(an_ordinary_run), "Roll-forward of open items")

    sides = ["ledger rows", "ledger", "statement rows", "statement"]
    assert ["ledger_statement: EUR", *sides] == rolled[1]
    assert ["+ new", 2, "173.00", 0, "0.00"] in rolled
    assert ["− cleared", 1, "123.00", 0, "0.00"] in rolled
    assert ["= closing (opening of the next run)", 1, "50.00", 0, "0.00"] == rolled[-1]


def test_a_roll_forward_that_does_not_foot_says_so(an_ordinary_run, page_of) -> None:
    an_ordinary_run.rolls[0].update(closing_rows=2, closing_minor=5001)

    page = page_of(an_ordinary_run)

    assert ["The ledger's lines miss the closing by 1 rows, 1 minor units"] in page


def test_buckets_that_do_not_add_up_show_what_is_left_over(an_ordinary_run, page_of) -> None:
    an_ordinary_run.buckets[0]["matched_rows"] = 17

    assert ["ledger_statement: statement", 20, 17, 1, 1, 0, 1] in page_of(an_ordinary_run)


def test_kinds_roll_forward_from_the_predecessor_with_what_moved(a_run, page_of) -> None:
    """1 stays, 2 becomes another kind, 3 is new, 4 comes back, 5 is resolved, 6 is gone unsaid."""
    names = {"kind": "missing_in_ledger", "aspect": "existence"}
    a_run.a_discrepancy(1, **names, change="persisting", exposure_minor=100)
    a_run.a_discrepancy(2, change="restated", exposure_minor=200)
    a_run.a_discrepancy(3, **names, exposure_minor=300)
    a_run.a_discrepancy(4, **names, change="reopened", episode=2, exposure_minor=400)
    a_run.a_discrepancy(5, **names, change="resolved", status="closed")
    ids = [row["discrepancy_id"] for row in a_run.discrepancies]
    a_run.previous += [{**names, "discrepancy_id": ids[place]} for place in (0, 1, 4)]
    a_run.previous.append({**names, "discrepancy_id": "6"})
    a_run.previous.append(
        {**names, "discrepancy_id": "7", "change": "resolved", "status": "closed"}
    )

    kinds = rows_after(page_of(a_run), "Discrepancies by kind")

    assert ["amount_mismatch  EUR", 0, 0, 0, 1, 1, "2.00"] in kinds
    assert ["missing_in_ledger  EUR", 4, 2, -2, -1, 3, "8.00"] in kinds


def test_an_unknown_exposure_is_not_zero(a_run, page_of) -> None:
    a_run.a_discrepancy(
        kind="statement_gap", aspect="source", currency=None, exposure_minor=None, delta_minor=0
    )
    a_run.a_discrepancy(
        2, kind="statement_gap", aspect="source", exposure_minor=None, delta_minor=0
    )

    page = page_of(a_run)

    kinds = rows_after(page, "Discrepancies by kind")
    assert ["statement_gap", 0, 1, 0, 0, 1, "unknown"] in kinds
    assert ["statement_gap  EUR", 0, 1, 0, 0, 1, "0.00 + 1 unknown"] in kinds
    assert ["statement_gap: a statement that was due is missing or was refused."] in page


def test_money_at_risk_counts_an_event_once_and_accepted_ones_apart(a_run, page_of) -> None:
    a_run.a_discrepancy(1, exposure_minor=100_000)
    a_run.a_discrepancy(2, exposure_minor=40, event_id=a_run.discrepancies[0]["event_id"])
    a_run.a_discrepancy(3, exposure_minor=1)
    a_run.a_discrepancy(4, exposure_minor=700, status="accepted", change="persisting")
    a_run.a_discrepancy(5, exposure_minor=900, status="closed", change="resolved")

    risk = rows_after(page_of(a_run), "Materiality: money at risk")

    assert ["EUR", 2, "1,000.01", "7.00", "1,000.00", "100.00", "above the limit"] == risk[-1]


def test_exactly_the_limit_is_within_it(a_run, page_of) -> None:
    a_run.a_discrepancy(1, exposure_minor=100_000)

    risk = rows_after(page_of(a_run), "Materiality: money at risk")

    assert ["EUR", 1, "1,000.00", "0.00", "1,000.00", "100.00", "within the limit"] == risk[-1]


def test_pending_items_are_told_by_side_reason_and_due_day(an_ordinary_run, page_of) -> None:
    an_ordinary_run.a_pending_item(ledger_id="ledger-3", due_on=date(2026, 11, 23))
    an_ordinary_run.a_pending_item(
        ledger_id="ledger-4", reason="after_the_window", is_counted=False, due_on=None, due_at=None
    )

    pending = rows_after(page_of(an_ordinary_run), "Pending: a matter of time")

    days = "2026-11-20 to 2026-11-23"
    assert [
        ["ledger", "dated at or after the cut-off (in no sum)", "EUR", 1, "50.00", "not known"],
        ["ledger", "its settlement day is not over", "EUR", 2, "100.00", days],
        ["statement", "the ledger may still book it", "JPY", 1, "-700", "2026-11-20"],
    ] == pending[2:]


def test_age_is_counted_in_days_of_the_psps_zone(a_run, page_of) -> None:
    """23:30 UTC of the 17th is the 18th in Amsterdam: one day old on the 19th, not two."""
    late = datetime(2026, 11, 17, 23, 30, tzinfo=UTC)
    a_run.a_discrepancy(1, occurred_at=late, exposure_minor=1)
    a_run.a_discrepancy(2, occurred_at=late - timedelta(hours=1), exposure_minor=20)
    a_run.a_discrepancy(3, occurred_at=late - timedelta(days=6), exposure_minor=300)
    a_run.a_discrepancy(4, occurred_at=late - timedelta(days=7), exposure_minor=4000)
    a_run.a_discrepancy(5, occurred_at=late - timedelta(days=30), exposure_minor=50_000)

    ageing = rows_after(page_of(a_run), "Ageing")

    assert [
        "discrepancies  EUR", "1: 0.01", "2: 3.20", "1: 40.00", "1: 500.00", 5, "543.21",
    ] == ageing[-1]  # fmt: skip


def test_what_was_not_compared_is_printed_with_its_size(an_ordinary_run, page_of) -> None:
    rows = rows_after(page_of(an_ordinary_run), "What was not compared")

    assert ["ledger_statement: fee", "EUR", 3, "0.75"] == rows[-1]


def test_statements_are_named_with_their_hash_and_refused_ones_with_their_reason(
    an_ordinary_run, page_of
) -> None:
    an_ordinary_run.write()
    an_ordinary_run.refuse_a_statement()

    page = page_of(an_ordinary_run)

    statement = next(row for row in rows_after(page, "Statements") if row[:1] == ["batch 7"])
    assert (20, "2026-11-16 to 2026-11-17", 64) == (statement[1], statement[2], len(statement[3]))
    assert ["batch 7: settlement_detail_report_batch_7.csv; proved by batch sum."] in page
    assert ["batch 8", "wrong_total", "row 9: the batch does not add up"] in page


def test_a_run_that_is_not_published_names_the_statements_that_it_read(
    an_ordinary_run, page_of
) -> None:
    an_ordinary_run.header.update(dry_run=True, is_published=False)

    page = page_of(an_ordinary_run)

    assert ["Those that this run read; it brought none of them into force."] in page
    statement = next(row for row in rows_after(page, "Statements") if row[:1] == ["batch 7"])
    assert ["batch 7", 20] == statement[:2]


def test_what_the_ledger_has_beyond_the_statement_is_subtracted(an_ordinary_run, page_of) -> None:
    an_ordinary_run.totals[0].update(
        pending_ledger_minor=3000, not_expected_ledger_minor=2200, not_comparable_minor=200
    )

    page = page_of(an_ordinary_run)

    assert ["Less pending in the ledger", "-30.00"] in page
    assert ["Less in the ledger, not expected on the statement", "-22.00"] in page
    assert ["Matched, the statement gives no comparable amount", "2.00"] in page
    assert ["Residual (must be 0)", "0.00"] in page


def test_late_arrivals_are_counted(an_ordinary_run, page_of) -> None:
    an_ordinary_run.header.update(late_statement_lines=1234, late_ledger_transactions=5)

    assert ["Statement lines: 1,234. Ledger transactions: 5."] in page_of(an_ordinary_run)


def test_the_page_ends_with_two_places_to_sign(an_ordinary_run, page_of) -> None:
    assert [["Prepared by", "Date, signature"], ["Reviewed by", "Date, signature"]] == page_of(
        an_ordinary_run
    )[-2:]
