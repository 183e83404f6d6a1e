"""The payout legs: lines of a statement against what was paid out, and payouts against the bank.

The lines are added up once, to one waterfall per batch and currency; the leg `statement_payout`
holds what they come to against what was paid. The leg `payout_bank` holds the lines of a bank that
the PSP's rule claims against its payouts (SEMANTICS, section 11; docs/decisions/021).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from include.reconciliation import config
from include.reconciliation.config import Psp
from include.reconciliation.edges import attempts, warehouse
from include.reconciliation.legs import PAYOUT_BANK, STATEMENT_PAYOUT, Leg
from include.reconciliation.payout_rules import ClaimRule
from include.reconciliation.statements.formats import SUM_OF_LINES, basis_of, format_of

# Older claims of bank lines stand as they are; for what is not found one looks further back.
_CLAIMS_LOOK_BACK = timedelta(days=92)
# What is published of a leg before its matches are.
PUBLISHED = {
    STATEMENT_PAYOUT: (
        "payout_legs/forget_leg",
        "payout_legs/end_waterfalls",
        "payout_legs/publish_waterfalls",
        "payout_legs/forget_reserves",
        "payout_legs/publish_reserves",
    ),
    PAYOUT_BANK: (
        "payout_legs/forget_leg",
        "payout_legs/end_expected",
        "payout_legs/publish_expected",
        "payout_legs/end_claims",
        "payout_legs/take_over_claims",
        "payout_legs/publish_claims",
        "payout_legs/publish_bank_lines",
    ),
}


def values(
    cursor: warehouse.Cursor, attempt: attempts.Attempt, leg: Leg, known: dict[str, Any]
) -> dict[str, Any]:
    """What the passes bind of a leg in place of what they bind of `ledger_statement`."""
    changed: dict[str, Any] = {
        "leg": leg.name,
        "left": leg.left,
        "right": leg.right,
        "leg_kinds": Jsonb(dict(leg.kinds)),
        "money_types": [],
        "compare_dates": False,
        "has_cut_off": False,
        "tolerates": False,
        "basis": basis_of(format_of(attempt.psp)),
        # No statement is awaited between a statement and its own payouts.
        "covered_through": date.max,
        "statement_grace": timedelta(0),
    }
    if leg is STATEMENT_PAYOUT:
        return changed
    rule = claim_rule(attempt.psp)
    bank = psp_at_bank(attempt.psp)
    head = bank_head(cursor, attempt.psp)
    return changed | {
        **head,
        "zone": bank.zone,
        "ledger_grace": bank.settlement.ledger_grace,
        "statement_grace": rule.deposit_grace,
        "bank": rule.bank,
        "bank_account": rule.bank_account,
        "reference": rule.reference,
        "names_payouts": rule.names_payouts,
        "counterparty_account": rule.counterparty_account,
        "counterparty_name": rule.counterparty_name,
        "exact_amount": rule.exact_amount,
        "claimants": config.load().claimants(rule.bank, rule.bank_account),
        "stands_before": known["as_of"].date() - _CLAIMS_LOOK_BACK,
    }


def show_books(
    cursor: warehouse.Cursor, attempt: attempts.Attempt, leg: Leg, values: dict[str, Any]
) -> None:
    """Shows a leg its two books, in its part of the workspace."""
    parent = warehouse.workspace(attempt.attempt_id)
    warehouse.run(cursor, "legs/leg", values)
    warehouse.run_over(cursor, "payout_legs/staged_lines", parent=parent)
    # Else one row counts as a thousand, and what is joined with it as a thousand times its rows.
    cursor.execute("analyze work_leg")
    begins = _begins(cursor, values)
    numbered = values | {"first_item_id": warehouse.first_item_id(cursor)}
    if leg is STATEMENT_PAYOUT:
        warehouse.run(cursor, "payout_legs/payout_leg", values)
        cursor.execute("analyze work_payout_leg")
        warehouse.run(cursor, "payout_legs/moves", values)
        if begins:
            warehouse.run(cursor, "payout_legs/moves_of_known_lines", values)
        elif values["has_earlier_lines"]:
            warehouse.run(cursor, "payout_legs/moves_of_gone_lines", values)
        cursor.execute("analyze work_waterfall_moves")
        warehouse.run(cursor, "payout_legs/times_of_payouts", values)
        warehouse.run(cursor, "payout_legs/waterfall_changes", numbered)
        cursor.execute("analyze work_waterfall_changes")
        warehouse.run(cursor, "payout_legs/waterfalls_now")
        books = ("payout_legs/left_batches", "payout_legs/right_paid")
    else:
        lines = warehouse.part_of(attempt.attempt_id, STATEMENT_PAYOUT.name)
        for name in ("payout_lines", "further_payout_lines"):
            warehouse.run_over(cursor, f"payout_legs/{name}", lines=lines)
        if begins:
            warehouse.run(cursor, "payout_legs/known_payout_lines", values)
        if values["basis"] == SUM_OF_LINES:
            warehouse.run_over(cursor, "payout_legs/payouts_of_their_lines", values, lines=lines)
        cursor.execute("analyze work_payout_lines")
        warehouse.run_over(cursor, "payout_legs/expected", numbered, lines=lines)
        reach = warehouse.run(cursor, "payout_legs/claims_from", values).fetchone()
        assert reach is not None
        reached = values | reach | {"first_claim_id": warehouse.first_item_id(cursor)}
        warehouse.run(cursor, "payout_legs/claims", reached)
        cursor.execute("analyze work_expected_changes, work_claim_changes")
        of_returns = values | {"first_return_id": warehouse.first_item_id(cursor)}
        warehouse.run(cursor, "payout_legs/returns_at_the_bank", of_returns)
        warehouse.run(cursor, "payout_legs/bank_scope", values)
        books = ("payout_legs/left_deposits", "payout_legs/right_expected")
    for name in books:
        warehouse.run(cursor, name)
    warehouse.run(cursor, "extract/ledger_changes")
    warehouse.run(cursor, "payout_legs/rights_summary")


def _begins(cursor: warehouse.Cursor, values: dict[str, Any]) -> bool:
    """Whether the leg begins on a chain that has lines in force; a first run has none."""
    row = cursor.execute("select begins from work_leg").fetchone()
    assert row is not None
    return bool(row["begins"]) and values["head_run_number"] is not None


def tell(cursor: warehouse.Cursor, attempt: attempts.Attempt) -> None:
    """Keeps in the workspace what report and proof say of payouts, once every leg is decided."""
    account = {"account_id": attempt.account_id}
    if attempt.psp.payouts is None:
        return
    lines = warehouse.part_of(attempt.attempt_id, STATEMENT_PAYOUT.name)
    warehouse.run_over(cursor, "payout_legs/told_payouts", account, lines=lines)
    warehouse.run_over(cursor, "payout_legs/told_lapsed_debts", lines=lines)
    if attempt.psp.payouts.bank is not None:
        cursor.execute("analyze work_told_payouts")
        bank = warehouse.part_of(attempt.attempt_id, PAYOUT_BANK.name)
        warehouse.run_over(cursor, "payout_legs/told_at_bank", account, bank=bank)
        warehouse.run_over(cursor, "payout_legs/told_bank_lines", bank=bank)


def psp_at_bank(psp: Psp) -> Psp:
    """The PSP with the zone and the business days of its bank: what a payout is due by."""
    rule = claim_rule(psp)
    bank = config.load().psp(rule.bank)
    settlement = replace(
        bank.settlement,
        days=rule.days,
        cut_off=None,
        batch_weekdays=(),
    )
    return replace(psp, zone=bank.zone, settlement=settlement, tolerances={})


def claim_rule(psp: Psp) -> ClaimRule:
    """The rule by which lines of the bank are payouts of this PSP."""
    assert psp.payouts is not None and psp.payouts.bank is not None
    return psp.payouts.bank


def bank_head(cursor: warehouse.Cursor, psp: Psp) -> dict[str, Any]:
    """The bank account's number, head run and last covered day; None for what is not there."""
    rule = claim_rule(psp)
    asked = {
        "bank": rule.bank,
        "bank_account": rule.bank_account,
        "zone": config.load().psp(rule.bank).zone,
    }
    head = warehouse.run(cursor, "payout_legs/bank_head", asked).fetchone()
    assert head is not None
    return dict(head)


def read_beside(cursor: warehouse.Cursor, psp: Psp) -> list[list[Any]]:
    """What decides the result of a run beside its own statements: where the bank account stands."""
    if psp.payouts is None or psp.payouts.bank is None:
        return []
    rule = psp.payouts.bank
    return [[rule.bank, rule.bank_account, bank_head(cursor, psp)["bank_run_id"]]]


def find_what_is_owed(cursor: warehouse.Cursor, psp: Psp, values: dict[str, Any]) -> None:
    """Money carried and lost, payouts that came back and are owed, reserves that are not right."""
    warehouse.run(cursor, "payout_legs/carried_money", values)
    warehouse.run(cursor, "payout_legs/find_carried_money_lost")
    warehouse.run(cursor, "payout_legs/find_failed_payouts", values)
    warehouse.run(cursor, "payout_legs/find_currencies_not_paid", values)
    assert psp.payouts is not None
    if psp.payouts.reserve_days is not None:
        overdue = values | {"reserve_days": psp.payouts.reserve_days}
        warehouse.run(cursor, "payout_legs/find_overdue_reserves", overdue)
        warehouse.run(cursor, "payout_legs/find_reserves_never_held", overdue)
