"""The story's last hour: a discrepancy is corrected, the ledger posts it, the next run confirms it.

Ana asks and Bea approves, by the steps of the DAG `correct_discrepancy`, which waits for a person.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg

from include.reconciliation.demo.timeline import END, StoryWindow
from include.reconciliation.edges.warehouse import statement
from include.reconciliation.errors import RequestError
from include.reconciliation.money import format_minor
from include.reconciliation.steps.answer_request import apply_request, record_answer
from include.reconciliation.steps.correct_discrepancy import propose_correction

ASKED_IN = "correct_discrepancy/demo"
HOUR = StoryWindow(END, END + timedelta(hours=1))
Session = psycopg.Connection[dict[str, Any]]


def correct_one(
    warehouse: Session,
    ledger: psycopg.Connection[Any],
    run_window: Callable[[StoryWindow], None],
    exponents: dict[str, int],
) -> tuple[list[str], bool]:
    """The lines to print, and whether the run after it has confirmed the correction."""
    found = warehouse.execute(statement("demo/to_correct")).fetchone()
    if found is None:
        return ["No capture is missing in the ledger: nothing is left to correct."], True
    propose_correction(
        found["discrepancy_id"],
        "compensating_entry",
        "ledger_error",
        "the posting of this capture was lost",
        asked_in=ASKED_IN,
        changed_by="ana",
    )
    refusal = _answer("ana")
    approved = _answer("bea")
    place = apply_request(ASKED_IN)
    row = warehouse.execute(
        "select request_id from reconciliation.correction_log where sequence_number = %(place)s",
        {"place": place},
    ).fetchone()
    assert row is not None
    posting = {
        **{name: found[name] for name in _OF_THE_PAYMENT},
        "ledger_id": f"correction-{row['request_id'][:12]}",
        "amount_minor": found["delta_minor"],
        "occurred_at": HOUR.start + timedelta(minutes=10),
        "correction_id": row["request_id"],
    }
    ledger.execute(statement("demo/post_correction"), posting)
    ledger.commit()
    run_window(HOUR)
    values = {"discrepancy_id": found["discrepancy_id"], "correction_id": row["request_id"]}
    after = warehouse.execute(statement("demo/corrected"), values).fetchone()
    is_confirmed = after is not None and (after["change"], after["posted_as"]) == (
        "resolved",
        "confirmed",
    )
    amount = format_minor(found["delta_minor"], exponents[found["currency"]], group=",")
    return [
        f"  {found['psp']} / {found['account']}: {found['explanation']}",
        f"  ana asks for an entry of {found['currency']} {amount}",
        f"  ana approves it       {refusal}",
        f"  bea approves it       {approved}; row {place} of the correction log",
        "  the ledger posts it with the correction's id",
        f"  the next run          {'resolved, and confirmed' if is_confirmed else 'NOT CONFIRMED'}",
    ], is_confirmed


_OF_THE_PAYMENT = ("psp", "account", "psp_reference", "merchant_reference", "currency")


def _answer(name: str) -> str:
    response = {
        "chosen_options": ["Approve"],
        "params_input": {},
        "responded_by_user": {"id": name, "name": name},
    }
    try:
        return record_answer(ASKED_IN, response)
    except RequestError as refusal:
        return f"refused: {refusal}"
