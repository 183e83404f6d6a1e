"""The steps of a correction, as a child process is asked to do them."""

from __future__ import annotations

import io
import time
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from include.reconciliation.edges import approvals, warehouse
from include.reconciliation.steps import answer_request, verify_log
from include.reconciliation.steps.correct_discrepancy import propose_correction

# Long enough for a slow machine to have written the request down: one that is found expired at once
# is asked for anew.
_SOON = timedelta(seconds=1)
POSTED_AT = datetime.fromisoformat("2026-11-11T13:00:00+00:00")


def find() -> dict[str, Any]:
    """The capture that the ledger does not have."""
    with warehouse.transaction() as cursor:
        found = warehouse.run(cursor, "demo/to_correct").fetchone()
    assert found is not None, "no capture is missing in the ledger"
    return found


def propose(asked_in: str, discrepancy_id: str, reason: str) -> str:
    """Ana asks for an entry of the whole difference."""
    return propose_correction(
        discrepancy_id,
        "compensating_entry",
        "ledger_error",
        reason,
        asked_in=asked_in,
        changed_by="ana",
    )


def preview(asked_in: str) -> str:
    """What Bea reads before she answers."""
    title = answer_request.title_of(asked_in)
    shown = answer_request.preview_of(asked_in)
    return f"{title}\n{shown.partition('Needs')[0]}"


def answer(asked_in: str, chosen: str) -> str:
    """Bea has answered in Airflow, which tells it to every try of this task."""
    response = {
        "chosen_options": [chosen],
        "params_input": {"note": "looked at the bank"},
        "responded_by_user": {"id": "bea", "name": "bea"},
    }
    return answer_request.record_answer(asked_in, response)


def apply(asked_in: str) -> int:
    """What was approved is applied."""
    return answer_request.apply_request(asked_in)


def propose_late(asked_in: str, discrepancy_id: str, reason: str) -> None:
    """A request that nobody answers in time."""
    rules = approvals.rules()
    approvals.rules = lambda: replace(rules, expire_after=_SOON)
    propose(asked_in, discrepancy_id, reason)
    time.sleep(_SOON.total_seconds())


def expire() -> None:
    """What nobody answered in time ends."""
    answer_request.end_expired_requests()


def post(found: dict[str, Any], place: int) -> None:
    """The company's ledger posts the correction; it does so once."""
    with warehouse.transaction() as cursor:
        query = "select request_id from reconciliation.correction_log where sequence_number = %s"
        row = cursor.execute(query, [place]).fetchone()
    assert row is not None, f"the log has no row {place}"
    names = ("psp", "account", "psp_reference", "merchant_reference", "currency")
    posting = {
        **{name: found[name] for name in names},
        "ledger_id": "L8",
        "amount_minor": found["delta_minor"],
        "occurred_at": POSTED_AT,
        "correction_id": row["request_id"],
    }
    with warehouse.connect("ledger_of_the_company") as session, session.cursor() as cursor:
        warehouse.run(cursor, "demo/post_correction", posting)


def verify() -> int:
    """`bin/reconciliation verify-log`; AssertionError unless the log holds."""
    with redirect_stdout(io.StringIO()) as told:
        code = verify_log.main([])
    assert code == 0, told.getvalue()
    return code
