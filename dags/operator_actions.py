"""An operator's action on a service: asked for here, approved by somebody else, done once.

**What.** Each action of the runbooks is a DAG, made from its entry in the table of
`include/reconciliation/operator_actions.py`. It calls the service's own API; no book is written to.

**When.** By hand. `propose` reads the object's state, refuses what that state does not allow, and
writes down what would be done; `approve` shows it to whoever may approve, which is never you.
`call_service` refuses what has changed since, looks at the emergency stop, and calls;
`verify_effect` waits until the book shows it.

**Reads** the object's book, read only. **Writes** requests, calls, answers,
`reconciliation.correction_log`, and what the service does.

**Rerun is safe**: the same request is the same call with the same idempotency key, and the book is
read before it is repeated. A task that fails because nobody knows what was done: clear it.
**When it fails**: `docs/operator-actions.md`, and `docs/runbook.md`.
"""

from datetime import UTC, datetime
from functools import partial

from airflow.sdk import Param, dag

from include.reconciliation import operator_form
from include.reconciliation.edges import approval_tasks
from include.reconciliation.operator_actions import ACTIONS, Action
from include.reconciliation.steps.answer_request import (
    preview_of,
    record_answer,
    standing,
    title_of,
)
from include.reconciliation.steps.call_service import call_service, verify_effect
from include.reconciliation.steps.deliver_alerts import hasten_delivery
from include.reconciliation.steps.propose_action import propose_action


def operator_action(action: Action) -> None:
    form = operator_form.fields(action)

    @dag(
        dag_id=action.name,
        description=operator_form.description(action),
        schedule=None,
        start_date=datetime(2026, 1, 1, tzinfo=UTC),
        catchup=False,
        # Requests that wait for somebody hold up no other.
        max_active_runs=500,
        default_args={
            "owner": "finance",
            "retries": 0,
            "on_failure_callback": hasten_delivery,
        },
        doc_md=__doc__ + operator_form.manual(action),
        tags=["operator", action.target.book],
        user_defined_macros={"preview_of": preview_of, "title_of": title_of},
        params={name: Param(**field) for name, field in form.items()},
    )
    def made() -> None:
        propose = partial(propose_action, action.name)
        ask = approval_tasks.asking(propose, form=list(form), task_id="propose")()
        approval_tasks.approve_and(ask, record_answer, standing, call_service, verify_effect)

    made()


for each in ACTIONS.values():
    operator_action(each)
