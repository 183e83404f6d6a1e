"""Corrects a discrepancy: asked for here, previewed, approved by somebody else, then applied once.

**What.** A correction is a row beside the books, never a write into the ledger. An entry waits in
`reconciliation.corrections` for the ledger to post it with its id; *accept* and *mark as provider
error* change what is being done about a discrepancy, and leave its amounts as they are.

**When.** By hand. `propose_correction` writes down what you ask and what comes of it; `approve`
shows that to whoever may approve, which is never you. Above the amounts of `include/approvals.toml`
two others must. Rejected, or not answered within a day: logged, and nothing is done.

**Reads** the head of the account. **Writes** requests, answers, `reconciliation.correction_log`.

**Rerun is safe**: one and the same request is asked, answered and applied once. **When it fails**
the task says what holds no more: `docs/corrections.md`. The PSP's next run takes the correction up.
"""

from datetime import UTC, datetime

from airflow.sdk import Param, dag

from include.reconciliation import trigger_form
from include.reconciliation.action_requests import REASON_CODES
from include.reconciliation.corrections import ACTIONS
from include.reconciliation.edges import approval_tasks
from include.reconciliation.steps.answer_request import (
    apply_request,
    preview_of,
    record_answer,
    standing,
    title_of,
)
from include.reconciliation.steps.correct_discrepancy import propose_correction

TEXT = {"type": ["null", "string"], "maxLength": 80}


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    # Requests that wait for somebody hold up no other.
    max_active_runs=500,
    default_args={"owner": "finance", "retries": 0},
    doc_md=__doc__,
    tags=["corrections"],
    user_defined_macros={"preview_of": preview_of, "title_of": title_of},
    params={
        "discrepancy_id": Param(
            type="string", pattern="^[0-9a-f]{64}$", title="Discrepancy",
            description="Its id, from a report. To reverse a correction: that of the correction.",
        ),
        "action": Param("compensating_entry", enum=list(ACTIONS), title="What is to be done"),
        "reason_code": Param(type="string", enum=list(REASON_CODES), title="Why, as a code"),
        "reason": Param(type="string", minLength=5, maxLength=500, title="Why, in words"),
        "requester": Param(
            None, **TEXT, title="On behalf of",
            description="Who wants it, if not you: may not approve it either.",
        ),
        "amount": Param(
            None, **TEXT, title="Amount of the entry",
            description="With the sign of the difference, such as 184.90. Empty: all of it.",
        ),
        "accept_until": Param(None, **trigger_form.LATER_MOMENT, title="Accepted until"),
        "link_to": Param(
            None, **TEXT, title="Payment that its rows belong to",
            description="For relink: the reference of that payment.",
        ),
        "ticket": Param(None, **TEXT, title="Ticket"),
        "psp_ticket": Param(
            None, **TEXT, title="The PSP's ticket",
            description="For mark_as_provider_error, which needs it.",
        ),
    },
)
def correct_discrepancy() -> None:
    ask = approval_tasks.asking(propose_correction, moments=["accept_until"])()
    approval_tasks.approve_and(ask, record_answer, standing, apply_request)


correct_discrepancy()
