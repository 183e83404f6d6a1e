"""The tasks around an approval: ask, wait for somebody else, look what it came to, carry out.

Airflow's approval is the screen; the database is the control. The task that asks writes the answer
down itself, from what Airflow's API server kept of the person's login. The tasks after it ask the
database. None reads XCom, and none trusts another's state: whoever may trigger a DAG may write the
one, and set the other, by hand.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from inspect import signature
from typing import Any

from include.reconciliation.edges.recorded_approval import asked_in, recorded_approval
from include.reconciliation.edges.task_outcome import told_to_airflow
from include.reconciliation.errors import RequestError
from include.reconciliation.trigger_form import COMMAND_LINE, moment, refuse_unknown_fields

# What a step is told of the run beside its form.
_OF_THE_RUN = ("asked_in", "changed_by")
log = logging.getLogger(__name__)


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
            by = _login(run)
            return do(**given, asked_in=asked_in(context), changed_by=by)

    return body


def _login(run: Any) -> str:
    """Who triggered a run, by a login; RequestError where no login stands behind the name."""
    by = (run.triggering_user_name or "").strip()
    if not by:
        raise RequestError(
            "nobody is named as the one who triggered this run, so that nobody could be told apart "
            "from who approves: trigger it with a login"
        )
    # A backfill, and a run that another run began, take a name over from somewhere else.
    began = str(getattr(run.run_type, "value", run.run_type))
    if began != "manual" or by.lower().startswith(COMMAND_LINE):
        raise RequestError(
            f"{by!r} is no login ({began} run): the command line takes any name, so that who asks "
            "could approve under another. Trigger it in the web interface or by the REST API"
        )
    return by


def approval(task_id: str, record: Callable[[str, Any], str], standing: Callable[..., str]) -> Any:
    """Waits for a person, and writes the answer down; what is shown is loaded when it runs."""
    from airflow.sdk import Param

    return recorded_approval()(
        task_id=task_id,
        record=record,
        standing=standing,
        subject="{{ title_of(dag_run.dag_id ~ '/' ~ dag_run.run_id) }}",
        body="{{ preview_of(dag_run.dag_id ~ '/' ~ dag_run.run_id) }}",
        # The page offers no answer while a field that must be text is empty.
        params={"note": Param(None, type=["null", "string"], maxLength=500, title="Note")},
    )


def decided(
    task_id: str, standing: Callable[..., str], next_task_ids: dict[str, str]
) -> Callable[..., Any]:
    """Goes on to the task of what the database says, or, when the request has ended, to none."""
    from airflow.sdk import get_current_context, task

    @task.branch(task_id=task_id)
    def body() -> list[str]:
        run = asked_in(get_current_context())
        with told_to_airflow():
            state = standing(run, [*next_task_ids, "ended"])
        log.info("%s: the request is %s", run, state)
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
    standing: Callable[..., str],
    do: Callable[[str], object],
    *then: Callable[[str], object],
) -> None:
    """ask → approve → (approve again) → do → then.

    `record` writes an answer down, `standing` says what the database makes of the answers so far.
    """
    carry_out = carrying_out(do)()
    first, second = (approval(name, record, standing) for name in ("approve", "approve_again"))
    next_task_ids = {"approved": do.__name__, "approved_once": second.task_id}
    is_approved = decided("is_approved", standing, next_task_ids)()
    is_approved_again = decided("is_approved_again", standing, {"approved": do.__name__})()
    ask >> first >> is_approved >> [second, carry_out]
    second >> is_approved_again >> carry_out
    last = carry_out
    for each in then:
        following = carrying_out(each, "all_success")()
        last >> following
        last = following
