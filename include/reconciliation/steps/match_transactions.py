"""Matches by open-item clearing on the leg `ledger_statement`, and says what is wrong.

A payment with any row that is new, changed, gone or open is decided anew, as a whole, from the rows
in force on both sides: the decision is a function of those rows, the as-of and the coverage alone,
so that the order in which anything arrived can't matter (docs/decisions/002).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from psycopg.sql import SQL, Identifier

from include.reconciliation import config, tolerances
from include.reconciliation import coverage as coverages
from include.reconciliation.edges import attempts, bank_holidays, volumes, warehouse
from include.reconciliation.legs import (
    AUTHORISATION,
    GATEWAY_LEDGER,
    PAYOUT_BANK,
    PAYOUT_LEGS,
    STATEMENT_PAYOUT,
    Leg,
)
from include.reconciliation.statements.amounts import EXPONENTS
from include.reconciliation.steps import (
    add_up_rows,
    further_legs,
    passes,
    pauses,
    payout_legs,
    staged_corrections,
    work_tables,
)
from include.reconciliation.steps.add_gaps import add_gaps
from include.reconciliation.steps.compare_rates import compare_rates
from include.reconciliation.steps.explain import explain
from include.reconciliation.steps.extract_ledger_transactions import extract, is_fresh
from include.reconciliation.steps.make_calendar import make_calendar
from include.reconciliation.steps.matching_values import MATCHER_VERSION, run_id, values_of
from include.reconciliation.steps.validate_statements import is_staged, stage, stage_waiting

MATCH_RULES = (
    "batch_totals",
    "event_reference",
    "only_sum",
    "order_and_amount",
    "order_totals",
    "payment_and_amount",
    "payment_totals",
    "reference_without_amount",
)

# So many rows that join the pool are paired among the others; fewer are cheaper left to the passes.
JOINERS_MAX = 10_000
# After the pairs: what else belongs to their payments, and then what they leave over.
_JOINERS = (
    ("050_unclaimed_ledger_rows", "work_unclaimed"),
    ("052_ledger_payments", "work_ledger_payments"),
    ("054_claimed_ledger_rows", None),
    ("060_touched_payments", "work_touched_payments"),
    ("065_payments_of_one_key", None),
    ("070_statement_siblings", "work_sibling_lines"),
    ("072_add_statement_siblings", None),
    ("080_ledger_siblings", "work_sibling_ledger_rows"),
    ("082_add_ledger_siblings", None),
)
_DISCREPANCIES = (
    "410_finding_identities",
    "415_correction_states",
    "416_statuses",
    "418_told_findings",
    "420_discrepancies",
    "425_corrections_not_posted",
    "430_open_items",
)
_ADD_ROWS = ("052_ledger_payments", "072_add_statement_siblings", "082_add_ledger_siblings")
_LEFT_OVER = (
    ("095_crowded_payments", "work_crowded_payments"),
    ("100_plain_pairs", None),
    ("102_loose_rows", "work_loose_rows"),
    ("103_left_statement", "work_left_statement"),
    ("104_left_ledger", "work_left_ledger"),
    ("105_hard_groups", "work_hard_groups"),
)


def match_transactions(attempt_id: int) -> dict[str, int]:
    """Counts of what was matched and found; Paused when the PSP is."""
    if attempts.is_over(attempt_id):
        return {}
    pauses.check_pause(attempt_id, "match_transactions")
    # What another run has let in meanwhile may be many files: in portions, before this transaction.
    stage_waiting(attempt_id)
    with warehouse.attempt(attempt_id) as cursor:
        attempt = attempts.load(cursor, attempt_id)
        if attempt.is_over:
            return {}
        is_fresh_still = is_staged(cursor, attempt.account_id) and is_fresh(cursor, attempt)
        large = _large_inputs(cursor) if is_fresh_still else []
        attempt = with_fresh_inputs(cursor, attempt)
        if large:
            # They lie in no order, and a sort of a million rows is never what is wanted.
            cursor.execute("set local enable_mergejoin = off")
        return decide(cursor, attempt, large)


def _large_inputs(cursor: warehouse.Cursor) -> list[str]:
    # The members are what this step makes, anew if it made them before.
    return [table for table in volumes.adopted(cursor) if table != volumes.MEMBERS]


def with_fresh_inputs(cursor: warehouse.Cursor, attempt: attempts.Attempt) -> attempts.Attempt:
    """Stages and extracts anew what another run has let in or published meanwhile."""
    if not is_staged(cursor, attempt.account_id):
        stage(cursor, attempt.attempt_id)
    if not is_fresh(cursor, attempt):
        return extract(cursor, attempt)
    return attempt


def decide(
    cursor: warehouse.Cursor, attempt: attempts.Attempt, large: Sequence[str] = ()
) -> dict[str, int]:
    """Decides the whole position against the head as it is now, in the attempt's workspace.

    `large` names the staged tables that are indexed meanwhile.
    """
    volumes.discard(cursor, attempt.attempt_id, volumes.MEMBERS)
    further_legs.drop(cursor, attempt)
    cursor.execute(warehouse.drop_view(*add_up_rows.VIEWS, *work_tables.VIEWS))
    cursor.execute(warehouse.drop_table(*add_up_rows.TABLES, *work_tables.TABLES))
    head = _one(warehouse.run(cursor, "runs/account_head", {"account_id": attempt.account_id}))
    values = values_of(attempt, head)
    values |= staged_corrections.stage(cursor, values)
    with bank_holidays.loading(attempt.psp.settlement.holidays):
        _stage(cursor, values)
    covered = _coverage(cursor, attempt, values)
    values["covered_through"] = covered.through
    values["run_id"] = run_id(cursor, attempt, head, values["log_sha256"])
    attempts.note(
        cursor,
        attempt.attempt_id,
        run_id=values["run_id"],
        predecessor_run_id=head["run_id"],
        matched_against_token=head["fencing_token"],
        matched_at=None,
    )
    _pair(cursor, values)
    # Two processes share the pairs; what follows leaves a core to the indexes.
    with volumes.indexing(attempt.attempt_id, large):
        _decide_what_is_left(cursor, values, covered)
        rows = _stage_members(cursor, attempt.psp, values["leg"])
        volumes.adopt(cursor, attempt.attempt_id, volumes.MEMBERS, rows)
        further_legs.decide(cursor, attempt, values, decide_leg, MATCHER_VERSION)
        explain(cursor, attempt, values)
        warehouse.run(cursor, "match/530_run_counts", values)
    return dict(
        _one(
            cursor.execute("select matched, dissolved, pending, discrepancies from work_run_counts")
        )
    )


def _decide_what_is_left(
    cursor: warehouse.Cursor, values: dict[str, Any], covered: coverages.Coverage
) -> None:
    """The passes over what the pairs leave over, and what they come to."""
    _part_the_rest(cursor, values)
    _run_passes(cursor, passes.BY_REFERENCE, values)
    add_up_rows.add_up_rows(cursor, values)
    _run_passes(cursor, passes.FINDINGS, values)
    compare_rates(cursor, values)
    warehouse.run(cursor, "match/300_open_items", values)
    add_gaps(cursor, covered)
    _sum_up(cursor, values)


def _sum_up(cursor: warehouse.Cursor, values: dict[str, Any]) -> None:
    """What is matched, what is wrong and what stays open, under the names that these have."""
    cursor.execute("analyze work_open_rows, work_findings, work_finding_members")
    for name in ("310_existing_matches", "320_new_matches", "400_items"):
        warehouse.run(cursor, f"match/{name}", values)
    cursor.execute("analyze work_items, work_existing_matches")
    for name in _DISCREPANCIES:
        warehouse.run(cursor, f"match/{name}", values)


def _run_passes(
    cursor: warehouse.Cursor,
    names: Sequence[str],
    values: dict[str, Any],
    leg: Leg | None = None,
) -> None:
    for name in names:
        if name in passes.TOLERATING and not values["tolerates"]:
            continue
        if name in passes.OF_COMPANY_BOOKS and leg in PAYOUT_LEGS:
            continue
        warehouse.run(cursor, f"match/{name}", values)
        if name == passes.HARD_ROWS and leg is STATEMENT_PAYOUT:
            warehouse.run(cursor, "payout_legs/wait_for_payout")
        if name in passes.ANALYZED_AFTER:
            cursor.execute(SQL("analyze {}").format(Identifier(passes.ANALYZED_AFTER[name])))


def _stage_members(cursor: warehouse.Cursor, psp: config.Psp, leg: str) -> int:
    """Writes the matches down as they will be published; how many rows they take."""
    versions = dict.fromkeys(MATCH_RULES, MATCHER_VERSION)
    versions |= tolerances.rule_versions(psp.tolerances, MATCHER_VERSION)
    if psp.gateway is not None:
        versions |= psp.gateway.over_capture_versions(MATCHER_VERSION)
    values = {"leg": leg, "rules": list(versions), "rule_versions": list(versions.values())}
    warehouse.run(cursor, "match/510_match_rules", values)
    return warehouse.run(cursor, "match/520_members", values).rowcount


def decide_leg(
    cursor: warehouse.Cursor, attempt: attempts.Attempt, values: dict[str, Any], leg: Leg
) -> None:
    """Decides a further leg by the same passes, over the two books that its views name."""
    _make_pool(cursor, values)
    psp = payout_legs.psp_at_bank(attempt.psp) if leg is PAYOUT_BANK else attempt.psp
    with bank_holidays.loading(psp.settlement.holidays):
        _make_calendar(cursor, psp, values)
    _pair(cursor, values)
    _part_the_rest(cursor, values)
    if leg is AUTHORISATION:
        warehouse.run(cursor, "legs/use_authorisations", values)
    if leg is STATEMENT_PAYOUT:
        warehouse.run(cursor, "payout_legs/payouts_are_due")
    _run_passes(cursor, passes.BY_REFERENCE, values, leg)
    if leg is PAYOUT_BANK:
        add_up_rows.add_up_rows(cursor, values, "payout_legs/left_over_deposits")
    else:
        # Both books name what they are about: nothing is matched on amounts alone.
        warehouse.run(cursor, "match/191_make_sums")
    if leg is AUTHORISATION and values["tolerates"]:
        warehouse.run(cursor, "legs/declared_over_capture", values)
    _run_passes(cursor, passes.FINDINGS, values, leg)
    if leg is GATEWAY_LEDGER:
        warehouse.run(cursor, "legs/find_refunds_above_captures", values)
    warehouse.run(cursor, "legs/name_findings", values)
    if leg is STATEMENT_PAYOUT:
        payout_legs.find_what_is_owed(cursor, attempt.psp, values)
    warehouse.run(cursor, "match/300_open_items", values)
    if leg is AUTHORISATION:
        warehouse.run(cursor, "legs/still_open")
    if leg is STATEMENT_PAYOUT:
        warehouse.run(cursor, "payout_legs/not_paid_out")
    _sum_up(cursor, values)
    _stage_members(cursor, attempt.psp, values["leg"])


def _coverage(
    cursor: warehouse.Cursor, attempt: attempts.Attempt, values: dict[str, Any]
) -> coverages.Coverage:
    """Coverage of the account, and the settlement calendar for the days of this run."""
    psp = attempt.psp
    known = [
        coverages.KnownStatement(
            key=row["statement_key"],
            sequence_number=row["sequence_number"],
            is_good=row["is_good"],
            covers_from=row["covers_from"],
            covers_to=row["covers_to"],
            covers_until=row["covers_until"],
            file=row["file"],
            problem=row["quarantine_reason"],
            opening=row["opening"],
            closing=row["closing"],
            exponents=EXPONENTS,
        )
        for row in warehouse.run(cursor, "match/015_known_statements", values)
    ]
    first_due: date = _one(warehouse.run(cursor, "match/016_first_day", values))["first_day"]
    holidays = _make_calendar(cursor, psp, values, first_due)
    covered = coverages.coverage(
        psp, known, as_of=values["as_of"], first_day=first_due, holidays=holidays
    )
    cursor.execute(
        "create unlogged table work_coverage as "
        "select %s::date as through, %s::timestamptz as until",
        [covered.through, covered.until],
    )
    return covered


def _make_calendar(
    cursor: warehouse.Cursor, psp: config.Psp, values: dict[str, Any], first_day: date | None = None
) -> frozenset[date]:
    """The settlement calendar over the days of the pool; the bank holidays that it knows."""
    days = _one(warehouse.run(cursor, "match/018_pool_days", values))
    last_year = (days["last_day"] + timedelta(days=2 * psp.settlement.days)).year + 1
    first_year = min(first_day or days["first_day"], days["first_day"]).year
    years = range(first_year, last_year + 1)
    holidays = bank_holidays.bank_holidays(psp.settlement.holidays, years)
    make_calendar(cursor, psp, days["first_day"], days["last_day"], holidays)
    return holidays


def _stage(cursor: warehouse.Cursor, values: dict[str, Any]) -> None:
    """What changed since the head, and the pool of everything that is decided anew."""
    accepted = warehouse.run(cursor, "match/017_accepted_statements", values).fetchall()
    lines = "005_lines_of_one_read" if len(accepted) < 2 else "006_lines_of_overlapping_reads"
    warehouse.run(cursor, f"match/{lines}")
    found = _one(warehouse.run(cursor, "match/007_lines_have_earlier_versions", values))
    values["has_earlier_lines"] = found["must_compare"]
    if found["must_compare"]:
        warehouse.run(cursor, "match/010_statement_line_changes", values)
        cursor.execute("analyze work_compared_lines")
        warehouse.run(cursor, "match/011_compared_lines")
    else:
        warehouse.run(cursor, "match/012_lines_are_new")
    _make_pool(cursor, values)


def _make_pool(cursor: warehouse.Cursor, values: dict[str, Any]) -> None:
    """The rows that changed and those that are open, on both sides."""
    warehouse.run(cursor, "match/013_replaced_items")
    warehouse.run(cursor, "match/020_open_lines", values)
    warehouse.run(cursor, "match/021_statement_pool")
    warehouse.run(cursor, "match/030_open_ledger_rows", values)
    for name in ("032_provisional_lines", "033_provisional_ledger_rows"):
        warehouse.run(cursor, f"match/{name}", values)
    warehouse.run(cursor, "match/031_ledger_pool")
    cursor.execute("analyze work_known_statement, work_known_ledger")


def _pair(cursor: warehouse.Cursor, values: dict[str, Any]) -> None:
    """Finds who meets whom; anew where it was done before."""
    cursor.execute(warehouse.drop_table("work_paired_rows"))
    warehouse.run(cursor, "match/040_paired_rows", values)
    cursor.execute("analyze work_paired_rows")


def _part_the_rest(cursor: warehouse.Cursor, values: dict[str, Any]) -> None:
    """What else belongs to the payments of the pairs, and then what is no plain pair."""
    warehouse.run(cursor, "match/045_lonely_ledger_rows")
    cursor.execute("analyze work_lonely_ledger_rows")
    joined = _run_and_analyze(cursor, _JOINERS, values)
    if sum(joined[name] for name in _ADD_ROWS) > JOINERS_MAX:
        # An amended batch, a reprocessed month, a ledger of merchants' references: the pool has
        # all of them by now.
        _pair(cursor, values)
    else:
        warehouse.run(cursor, "match/090_pair_nobody", values)
    _run_and_analyze(cursor, _LEFT_OVER, values)


def _run_and_analyze(
    cursor: warehouse.Cursor, files: Sequence[tuple[str, str | None]], values: dict[str, Any]
) -> dict[str, int]:
    """How many rows each file wrote."""
    rows = {}
    for name, table in files:
        rows[name] = warehouse.run(cursor, f"match/{name}", values).rowcount
        if table is not None:
            cursor.execute(SQL("analyze {}").format(Identifier(table)))
    return rows


def _one(cursor: warehouse.Cursor) -> dict[str, Any]:
    row = cursor.fetchone()
    assert row is not None
    return row
