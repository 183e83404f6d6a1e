"""The tasks around an approval: ask, wait for somebody else, write the answer down, carry out.

Airflow's approval is the screen; the database is the control. Every task finds the request by its
own run, so that what tasks hand each other can be changed by nobody to any effect.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from inspect import signature
from typing import Any

from include.reconciliation.edges.task_outcome import told_to_airflow
from include.reconciliation.errors import RequestError
from include.reconciliation.trigger_form import moment, refuse_unknown_fields

# Longer than any request waits: the request's own end is the database's to say.
RESPONSE_TIMEOUT = timedelta(days=1)
# What a step is told of the run beside its form.
_OF_THE_RUN = ("asked_in", "changed_by")
log = logging.getLogger(__name__)


def asked_in(context: Any) -> str:
    """The run of Airflow that asks, as the warehouse knows it."""
    return f"{context['dag_run'].dag_id}/{context['dag_run'].run_id}"


def asking(
    do: Callable[..., str],
    *,
    moments: Sequence[str] = (),
    form: Sequence[str] | None = None,
    task_id: str | None = None,
) -> Callable[..., Any]:
    """A task that asks for what the form says, in the name of who triggered it.

    The fields of the form are the arguments of `do`, or those of `form`.
    """
    from airflow.sdk import get_current_context, task

    fields = [name for name in form or signature(do).parameters if name not in _OF_THE_RUN]

    @task(task_id=task_id or do.__name__, multiple_outputs=False)
    def body() -> str:
        context = get_current_context()
        run, filled = context["dag_run"], context["params"]
        with told_to_airflow():
            refuse_unknown_fields(run.conf, fields)
            given = {name: filled[name] for name in fields}
            given |= {name: moment(name, filled[name]) for name in moments}
            by = (run.triggering_user_name or "").strip()
            if not by:
                raise RequestError(
                    "nobody is named as the one who triggered this run, so that nobody could be "
                    "told apart from who approves: trigger it with a login"
                )
            return do(**given, asked_in=asked_in(context), changed_by=by)

    return body


def approval(task_id: str) -> Any:
    """Waits for a person; what is shown is loaded when the task runs (`macros`)."""
    from airflow.providers.standard.operators.hitl import ApprovalOperator
    from airflow.sdk import Param

    return ApprovalOperator(
        task_id=task_id,
        subject="{{ title_of(dag_run.dag_id ~ '/' ~ dag_run.run_id) }}",
        body="{{ preview_of(dag_run.dag_id ~ '/' ~ dag_run.run_id) }}",
        # The page offers no answer while a field that must be text is empty.
        params={"note": Param(None, type=["null", "string"], maxLength=500, title="Note")},
        response_timeout=RESPONSE_TIMEOUT,
    )


def answered(
    task_id: str, record: Callable[[str, Any], str], *, asked_by: str, next_task_ids: dict[str, str]
) -> Callable[..., Any]:
    """Writes the answer to `asked_by` down; goes on to the task of what it comes to, or to none."""
    from airflow.sdk import get_current_context, task

    # A rejection skips what follows the approval: this comes after a task in between, all the same.
    @task.branch(task_id=task_id, trigger_rule="none_failed")
    def body() -> list[str]:
        context = get_current_context()
        with told_to_airflow():
            response = context["ti"].xcom_pull(task_ids=asked_by)
            state = record(asked_in(context), response)
            log.info("%s: %s", asked_in(context), state)
            return [next_task_ids[state]] if state in next_task_ids else []

    return body


def carrying_out(
    do: Callable[[str], object], trigger_rule: str = "none_failed_min_one_success"
) -> Callable[..., Any]:
    """A task that carries the request of its run out."""
    from airflow.sdk import get_current_context, task

    @task(task_id=do.__name__, multiple_outputs=False, trigger_rule=trigger_rule)
    def body() -> None:
        with told_to_airflow():
            log.info("%s", do(asked_in(get_current_context())))

    return body


def approve_and(
    ask: Any,
    record: Callable[[str, Any], str],
    do: Callable[[str], object],
    *then: Callable[[str], object],
) -> None:
    """ask → approve → record → (approve again → record) → do → then."""
    from airflow.providers.standard.operators.empty import EmptyOperator

    carry_out = carrying_out(do)()
    first, second = approval("approve"), approval("approve_again")
    is_approved, is_approved_again = (
        EmptyOperator(task_id=name) for name in ("is_approved", "is_approved_again")
    )
    next_task_ids = {"approved": do.__name__, "waiting": "approve_again"}
    recorded = answered(
        "record_answer", record, asked_by="approve", next_task_ids=next_task_ids
    )()
    recorded_again = answered(
        "record_second_answer", record, asked_by="approve_again",
        next_task_ids={"approved": do.__name__},
    )()
    ask >> first >> is_approved >> recorded >> [second, carry_out]
    second >> is_approved_again >> recorded_again >> carry_out
    last = carry_out
    for each in then:
        following = carrying_out(each, "all_success")()
        last >> following
        last = following
